"""A page by keyboard alone, by ear, on a phone, in the dark."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tasks.browser import MODULES
from tests.browser.conftest import OpenPage
from tests.browser.publishing import Published
from tests.browser.steps import cell, code, notice, output, press, state, told, write

CHAPTER = "notebooks/03_protocol"
AXE = (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
PHONE = {
    "viewport": {"width": 375, "height": 800},
    "has_touch": True,
    "is_mobile": True,
}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}


def test_a_cell_is_edited_run_and_left_by_keyboard_alone(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER))
    found = cell(page, "imports")
    page.get_by_role("button", name="Run all cells").focus()
    page.keyboard.press("Tab")  # Open as notebook
    page.keyboard.press("Tab")
    content = found.locator(".cm-content")
    expect(content).to_be_focused()
    # Nothing typed: Tab goes on, and never indents.
    page.keyboard.press("Tab")
    expect(content).not_to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(content).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("if x:")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("pass")
    expect(content).to_be_focused()
    lines = found.locator(".cm-line").all_inner_texts()
    assert lines == ["if x:", "        pass"]  # once by itself, once by Tab
    page.keyboard.press("Shift+Tab")
    assert found.locator(".cm-line").all_inner_texts() == ["if x:", "    pass"]
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(content).not_to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(told(["wait"]))
    page.keyboard.press("Control+Enter")
    state(found, "running")
    for _ in range(9):
        page.keyboard.press("Tab")
        if found.get_by_role("button", name="Stop").evaluate(
            "(b) => b.matches(':focus')"
        ):
            break
    page.keyboard.press("Enter")
    state(found, "stopped")


def test_shift_enter_runs_and_goes_to_the_next_cell(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER))
    code(cell(page, "imports")).focus()
    expect(cell(page, "imports").locator(".cm-content")).to_be_focused()
    page.keyboard.press("Shift+Enter")
    state(cell(page, "imports"), "ok")
    expect(code(cell(page, "pain-class"))).to_be_focused()


def test_what_a_cell_prints_is_said_to_screen_readers(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER))
    write(cell(page, "imports"), told(["stdout", "four apples\n"]))
    press(cell(page, "imports"), "Run")
    expect(page.get_by_role("status")).to_have_text(
        re.compile(r"^Cell 1 done: imports\s+four apples\s*$")
    )
    write(cell(page, "imports"), told(["stdout", "x" * 5000]))
    press(cell(page, "imports"), "Run")
    expect(page.get_by_role("status")).to_have_text(re.compile("x …$"))
    said = page.get_by_role("status").inner_text()
    assert len(said) < 400, "nobody listens to a page of output"


def all_states(page: Page) -> None:
    """Bring cells of a page into as many states as fit on it."""
    press(cell(page, "imports"), "Run")
    state(cell(page, "imports"), "ok")
    failing = cell(page, "as-binds")
    write(failing, told(["stdout", "text\n"], ["error", "ValueError", "no"]))
    press(failing, "Run")
    state(failing, "error")
    press(cell(page, "pain"), "Run")
    expect(notice(cell(page, "pain"))).to_be_visible()
    write(cell(page, "waits-drawn"), told(["wait"]))
    press(cell(page, "waits-drawn"), "Run")
    state(cell(page, "waits-drawn"), "running")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_in_any_state(
    size: dict[str, Any], scheme: str, fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER), color_scheme=scheme, **size)
    all_states(page)
    page.evaluate(AXE)
    found = page.evaluate(
        """() => axe.run(document.querySelector("article"), {
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
        })"""
    )
    said = [
        (each["id"], node["target"], node.get("failureSummary"))
        for each in found["violations"]
        for node in each["nodes"]
    ]
    assert said == []


def test_on_a_phone_all_fits_and_fingers_have_room(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER), **PHONE)
    all_states(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    found = cell(page, "as-binds")
    sizes = found.locator(".aw-bar > button:visible").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect().toJSON())"
    )
    assert len(sizes) == 4
    for box in sizes:
        assert box["height"] >= 36 and box["width"] >= 32
        assert box["left"] >= 0 and box["right"] <= 375
    for before, after in pairwise(sizes):
        assert before["right"] <= after["left"]


def test_without_hover_run_and_draw_are_always_there(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER), **PHONE)
    found = cell(page, "pain")
    for name in ("Run cell", "Draw cell"):
        button = found.get_by_role("button", name=re.compile(name))
        expect(button).to_have_css("opacity", "1")
    found.get_by_role("button", name=re.compile("^Run cell")).tap()
    found.get_by_role("button", name="Run only this").tap()
    state(found, "ok")
    assert output(found) == "pain\n"


def test_without_scripts_the_page_is_the_book(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER), java_script_enabled=False)
    assert page.locator(".aw-bar, .aw-page").count() == 0
    expect(page.locator("[data-local-only] .aw-note").first).to_be_visible()
