"""The whole notebook: JupyterLite with the pages' Pyodide, and nothing from outside."""

from __future__ import annotations

import json

from playwright.sync_api import Locator, Page, expect

from tasks._lite import BUILT, POLICY
from tasks._selection import ROOT, notebooks
from tests.browser.conftest import OpenPage
from tests.browser.publishing import Published

DATABASE = """import asyncpg
from asyncwith import postgres
from asyncwith.httpserver import local_server
connection = await asyncpg.connect(postgres.dsn())
print("PostgreSQL says", await connection.fetchval("select 6 * 7"))
await connection.close()
"""


def code_cell(page: Page, number: int) -> Locator:
    return page.locator(".jp-CodeCell").nth(number)


def write(found: Locator, source: str) -> None:
    found.locator(".cm-content").click()
    found.page.keyboard.press("ControlOrMeta+a")
    found.page.keyboard.insert_text(source)


def test_a_chapter_runs_as_a_notebook_and_keeps_its_edits(
    site: Published, open_page: OpenPage
) -> None:
    page = open_page(
        site.page("notebooks/03_protocol"), service_workers="allow", may_fail=True
    )
    hosts: set[str] = set()
    page.context.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.get_by_role("link", name="Open as notebook").click()
    page.set_default_timeout(120_000)
    code_cell(page, 2).wait_for()
    write(code_cell(page, 0), "import asyncio\nimport warnings\nprint('edited')")
    for _ in range(3):
        page.keyboard.press("Shift+Enter")
    expect(code_cell(page, 2).locator(".jp-InputPrompt")).to_have_text(
        "[3]:", timeout=120_000
    )
    stored = json.loads((ROOT / "notebooks/03_protocol.ipynb").read_text("utf-8"))
    pain = next(cell for cell in stored["cells"] if cell["id"] == "pain")
    expect(code_cell(page, 2).locator(".jp-OutputArea-output")).to_have_text(
        "".join(pain["outputs"][0]["text"])
    )
    write(code_cell(page, 3), DATABASE)
    page.keyboard.press("Shift+Enter")
    said = code_cell(page, 3).locator(".jp-OutputArea-output")
    expect(said).to_have_text("PostgreSQL says 42\n", timeout=120_000)
    page.keyboard.press("ControlOrMeta+s")
    page.wait_for_timeout(1000)
    page.reload()
    expect(code_cell(page, 0)).to_contain_text("print('edited')", timeout=120_000)
    assert hosts == {site.address.split("/")[2]}


def test_all_notebooks_are_there_and_exercises_are_unsolved() -> None:
    files = BUILT / "site" / "files"
    found = sorted(str(path.relative_to(files)) for path in files.rglob("*.ipynb"))
    assert found == sorted(name.removeprefix("notebooks/") for name in notebooks())
    for path in (files / "exercises").glob("*.ipynb"):
        assert "BEGIN SOLUTION" not in path.read_text(encoding="utf-8")


def test_its_pages_have_a_policy_of_their_own() -> None:
    pages = list((BUILT / "site").rglob("index.html"))
    assert len(pages) >= 4
    for path in pages:
        assert path.read_text(encoding="utf-8").count(POLICY) == 1
    assert "http" not in POLICY
