"""What readers get when something is missing or goes wrong: a sentence, no loss."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tasks.book import SITE
from tests.browser.conftest import WORKER, OpenPage
from tests.browser.publishing import Published
from tests.browser.steps import cell, code, notice, output, press, state, told, write

CHAPTER = "notebooks/03_protocol"
BLOCKED = """
Object.defineProperty(window, "localStorage", {
    get() { throw new DOMException("blocked", "SecurityError"); },
});
"""


@pytest.mark.parametrize(
    "script, sentence",
    [
        ("delete window.WebAssembly", "This browser has WebAssembly switched off"),
        ("delete window.Worker", "This browser has web workers switched off"),
    ],
)
def test_a_browser_that_lacks_something_says_what(
    script: str, sentence: str, fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER), script=script)
    found = cell(page, "imports")
    write(found, "mine = 1")
    press(found, "Run")
    state(found, "error")
    expect(notice(found)).to_contain_text(sentence)
    expect(notice(found)).to_contain_text("every cell runs on your machine")
    expect(found.locator(".cm-content")).to_have_text("mine = 1")
    assert "pageerror" not in page.title()


def test_without_storage_edits_last_as_long_as_the_page_and_this_is_told(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER))
    page.close()
    errors: list[str] = []
    page = page.context.new_page()  # the theme's own scripts do not bear it
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(BLOCKED)
    page.goto(fake.page(CHAPTER))
    found = cell(page, "imports")
    write(found, told(["stdout", "mine\n"]))
    expect(notice(found)).to_contain_text("your edits last until you leave it")
    press(found, "Run")
    state(found, "ok")
    assert output(found) == "imports\nmine\n"
    assert not [error for error in errors if "page/main" in error]


def test_a_connection_lost_while_loading_is_told_and_the_next_try_works(
    fake: Published, open_page: OpenPage
) -> None:
    fake.refused.add(WORKER)
    page = open_page(fake.page(CHAPTER))
    found = cell(page, "imports")
    write(found, "mine = 1")
    press(found, "Run")
    state(found, "error")
    expect(notice(found)).to_contain_text("Python could not be loaded")
    expect(found.locator(".cm-content")).to_have_text("mine = 1")
    fake.refused.clear()
    press(found, "Run")
    state(found, "ok")
    expect(notice(found)).to_be_hidden()


def test_an_editor_that_cannot_be_loaded_leaves_the_text(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER))
    editor = (SITE / "browser" / "page").glob("editor-*.js")
    fake.refused.update(path.relative_to(SITE).as_posix() for path in editor)
    found = cell(page, "imports")
    code(found).click()
    expect(notice(found)).to_contain_text("The editor could not be loaded")
    press(found, "Run")
    state(found, "ok")
    fake.refused.clear()


def test_a_python_that_fails_says_so_and_the_next_run_starts_another(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER))
    found = cell(page, "imports")
    write(found, told(["fail", "Python has run out of memory."]))
    press(found, "Run")
    state(found, "error")
    expect(notice(found)).to_contain_text("Python has run out of memory.")
    write(found, "")
    press(found, "Run")
    state(found, "ok")


def test_an_error_in_the_worker_that_nobody_caught_is_told(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER), may_fail=True)
    found = cell(page, "imports")
    write(found, told(["die"]))
    press(found, "Run")
    expect(notice(found)).to_contain_text("something failed: Uncaught Error: no room")
    press(found, "Stop")
    state(found, "stopped")
    write(found, "")
    press(found, "Run")
    state(found, "ok")


def test_an_output_of_50_megabytes_is_cut_with_a_sentence(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER))
    found = cell(page, "imports")
    write(found, told(["stdout", "begin\n"], ["many", 50_000_000], ["pause", 500]))
    press(found, "Run")
    expect(found.locator(".aw-cut-note")).to_contain_text("100,000 of 50,")
    assert len(output(found)) < 101_000
    assert page.evaluate("1 + 1") == 2


def test_a_cell_that_prints_without_end_is_stopped(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER))
    found = cell(page, "imports")
    write(found, told(["endless"]))
    press(found, "Run")
    state(found, "stopped")
    expect(notice(found)).to_contain_text("printed more than 20 million characters")
    press(cell(page, "as-binds"), "Run")
    state(cell(page, "as-binds"), "ok")


def test_a_display_of_many_megabytes_is_not_drawn(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER))
    found = cell(page, "imports")
    write(found, told(["display", {"text/html": "<p>" + "x" * 5_100_000}]))
    press(found, "Run")
    state(found, "ok")
    expect(found.locator(".aw-cut-note")).to_contain_text("is not shown")
