"""What has been read is kept in the browser, shown, and forgotten when asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

CHAPTER = "notebooks/05_nesting"
FIRST = "a-comma-is-a-nested-block"
BLOCKED = """Object.defineProperty(window, "localStorage", {
    get() { throw new Error("blocked"); }  // an error that says where it came out
});"""
# As a reader scrolls: the end of a section comes to the middle of the window.
TO_END = """(id) => {
    const end = document.getElementById(id).querySelector(":scope > .aw-end");
    end.scrollIntoView({ behavior: "instant", block: "center" });
}"""

# The end is seen for three frames, then that of the last section.
PAST = """async (id) => {
    const ends = [...document.querySelectorAll(".aw-end")];
    document.getElementById(id).querySelector(":scope > .aw-end")
        .scrollIntoView({ behavior: "instant", block: "center" });
    for (let frame = 0; frame < 3; frame++)
        await new Promise((resolve) => requestAnimationFrame(resolve));
    ends.at(-1).scrollIntoView({ behavior: "instant", block: "center" });
}"""


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield context
    context.close()


def opened(context: BrowserContext, site: str, name: str) -> tuple[Page, list[str]]:
    """A page, and the errors that it will say."""
    page, said = context.new_page(), list[str]()
    page.on("pageerror", lambda error: said.append(error.stack or str(error)))
    page.goto(f"{site}/{name}.html")
    return page, said


def test_a_section_read_to_its_end_is_ticked_and_led_back_to_until_cleared(
    context: BrowserContext, site: str
) -> None:
    page, _ = opened(context, site, CHAPTER)
    page.locator(f"#{FIRST} > .aw-end").wait_for(state="attached")
    assert page.locator(".aw-read").count() == 0
    page.evaluate(TO_END, FIRST)
    tick = page.locator(f'#pst-page-toc-nav a[href="#{FIRST}"] .aw-read')
    expect(tick).to_contain_text("(read)")
    page.reload()
    expect(tick).to_contain_text("(read)")
    expect(page.locator(".aw-read")).to_have_count(1)

    page.goto(f"{site}/book/contents.html")
    row = page.get_by_role("row", name="Nesting and stacks")
    expect(row.locator(".aw-count")).to_have_text("1 of 10 sections read")
    expect(page.locator(".aw-count")).to_have_count(1)

    page.goto(f"{site}/book/index.html")
    link = page.locator(".aw-resume a")
    expect(link).to_contain_text("5. Nesting and stacks: ")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{CHAPTER}.html#*")

    page.goto(f"{site}/book/index.html")
    page.get_by_role("button", name="Clear progress").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".aw-resume")).to_be_empty()
    expect(page.get_by_role("status")).to_have_text("Your progress is cleared.")
    page.reload()
    expect(page.locator("article h1")).to_be_visible()
    assert page.evaluate("localStorage.getItem('async-with:progress')") is None
    expect(page.locator(".aw-resume")).to_be_empty()


def test_flying_past_a_section_does_not_count(
    context: BrowserContext, site: str
) -> None:
    page, _ = opened(context, site, CHAPTER)
    page.locator(f"#{FIRST} > .aw-end").wait_for(state="attached")
    page.evaluate(PAST, FIRST)
    expect(page.locator(".aw-read").last).to_be_attached()
    assert page.locator(f'#pst-page-toc-nav a[href="#{FIRST}"] .aw-read').count() == 0


def test_a_section_whose_cells_have_run_is_read(
    context: BrowserContext, site: str
) -> None:
    """The runner writes how a cell ended into ``data-state``; so does this test."""
    page, _ = opened(context, site, CHAPTER)
    section = page.locator(f"#{FIRST}")
    section.locator("> .aw-end").wait_for(state="attached")
    tick = page.locator(f'#pst-page-toc-nav a[href="#{FIRST}"] .aw-read')
    cells = section.locator("[data-cell]")
    assert cells.count() > 1
    for place, cell in enumerate(cells.all()):
        assert tick.count() == 0
        state = "error" if place else "ok"
        cell.evaluate("(each, state) => { each.dataset.state = state; }", state)
    expect(tick).to_contain_text("(read)")


def test_a_page_stays_usable_where_storage_is_blocked(
    context: BrowserContext, site: str
) -> None:
    context.add_init_script(BLOCKED)
    page, said = opened(context, site, CHAPTER)
    page.locator(f"#{FIRST} > .aw-end").wait_for(state="attached")
    page.evaluate(TO_END, FIRST)
    expect(page.locator(".aw-read")).to_have_count(1)  # for as long as it is open
    expect(page.get_by_role("button", name="Run all cells")).to_be_visible()
    page.goto(f"{site}/book/index.html")
    expect(page.get_by_role("button", name="Run cell 1")).to_be_visible()
    expect(page.locator(".aw-resume")).to_be_empty()
    # The theme's own scripts do not bear it.
    assert [each for each in said if "browser/page" in each] == []
