"""The pages with the real Python: published without headers, and isolated."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tasks._selection import ROOT
from tests.browser.conftest import OpenPage
from tests.browser.publishing import ISOLATION, Published
from tests.browser.steps import cell, notice, output, press, state, write

CHAPTER = "notebooks/03_protocol"
COLD = 60_000  # milliseconds


@pytest.mark.parametrize("headers", [{}, ISOLATION], ids=["plain", "isolated"])
def test_a_reader_s_first_visit(
    headers: dict[str, str], site: Published, open_page: OpenPage
) -> None:
    """One page from its first run on: Python is started twice, which takes seconds."""
    site.headers.update(headers)
    page = open_page(site.page(CHAPTER))
    hosts: set[str] = set()
    page.context.on("request", lambda r: hosts.add(r.url.split("/async-with/")[0]))

    found = cell(page, "pain")
    stored = output(found)
    press(found, "Run all above")
    state(found, "ok", timeout=COLD)
    assert output(found) == stored

    see_an_edit_and_an_error(page)
    see_a_drawing(page)
    see_a_waiting_cell_stop(page)
    see_a_busy_cell_stop(page, isolated=bool(headers))
    assert {host for host in hosts if not host.startswith("blob:")} == {
        site.address.removesuffix("/async-with/")
    }


def see_an_edit_and_an_error(page: Page) -> None:
    found = cell(page, "imports")
    write(found, 'import asyncio\n\nprint("edited", 6 * 7)\n{"answer": 42}')
    press(found, "Run")
    state(found, "ok")
    assert output(found) == "edited 42\n{'answer': 42}"
    write(found, 'def fail():\n    raise ValueError("no")\n\n\nfail()')
    press(found, "Run")
    state(found, "error")
    assert "line 5" in output(found)
    assert output(found).rstrip().endswith("ValueError: no")


def see_a_drawing(page: Page) -> None:
    found = cell(page, "imports")
    write(
        found,
        "import asyncio\n\n"
        "async def nap(name):\n    await asyncio.sleep(0)\n\n"
        "async with asyncio.TaskGroup() as group:\n"
        "    for name in 'ab':\n        group.create_task(nap(name), name=name)",
    )
    press(found, "Draw")
    state(found, "ok")
    figure = found.locator("figure.aw-timeline-figure")
    assert figure.locator("g.aw-step").count() > 6
    expect(figure.locator("desc")).to_contain_text("TaskGroup")
    expect(found.get_by_role("slider")).to_be_visible()


def see_a_waiting_cell_stop(page: Page) -> None:
    found = cell(page, "imports")
    write(
        found,
        "import asyncio\n\n"
        "state = 'kept'\n"
        "try:\n    await asyncio.Event().wait()\nfinally:\n    print('cleaned up')",
    )
    press(found, "Run")
    state(found, "running")
    press(found, "Stop")
    state(found, "stopped")
    assert "cleaned up" in output(found)
    write(found, "print(state)")
    press(found, "Run")
    state(found, "ok")
    assert output(found) == "kept\n"


def see_a_busy_cell_stop(page: Page, isolated: bool) -> None:
    found = cell(page, "imports")
    write(found, "while True:\n    pass")
    press(found, "Run")
    state(found, "running")
    page.wait_for_timeout(300)
    press(found, "Stop")
    state(found, "stopped", timeout=4000)
    write(found, "print(state)")
    if isolated:
        press(found, "Run")
        state(found, "ok")
        assert output(found) == "kept\n"
        return
    expect(notice(found)).to_contain_text("its variables are gone")
    press(found, "Run")
    state(found, "error", timeout=COLD)
    assert "NameError" in output(found)


def test_an_exercise_is_checked_and_solved_on_its_page(
    site: Published, open_page: OpenPage
) -> None:
    page = open_page(site.page("notebooks/exercises/01_promise"))
    starter = cell(page, "suppress_key_error-starter")
    check = cell(page, "suppress_key_error-check")
    solved = output(check)
    press(check, "Run")
    state(check, "error", timeout=COLD)
    solution = (ROOT / "exercises/promise/suppress_key_error/solution.py").read_text()
    write(starter, solution)
    press(check, "Run")  # runs the changed part first
    state(check, "ok")
    assert output(check).strip() == solved.strip()
