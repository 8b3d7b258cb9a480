"""A glossary term shows its meaning beside the link, to pointer and keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site.test_access import AXE, violations

CHAPTER = "notebooks/05_nesting"


@pytest.fixture
def page(site: str, chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    page.goto(f"{site}/{CHAPTER}.html")
    page.locator(".aw-bar").first.wait_for()
    yield page
    page.close()


def test_focus_opens_the_card_and_escape_closes_it(page: Page) -> None:
    link = page.locator("a.aw-term").first
    page.keyboard.press("Tab")  # the keyboard is what is used
    link.focus()
    card = page.get_by_role("tooltip")
    expect(card).to_be_visible()
    word = link.inner_text().lower().rstrip("s")
    expect(card.locator("strong")).to_contain_text(word, ignore_case=True)
    assert len(card.inner_text()) > len(word) + 20
    expect(link).to_have_accessible_description(card.inner_text().replace("\n\n", " "))
    page.evaluate(AXE)
    assert violations(page, True, "") == []
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(link).to_be_focused()
    assert link.get_attribute("aria-describedby") is None


def test_the_pointer_opens_a_card_may_enter_it_and_closes_it(page: Page) -> None:
    link = page.locator("a.aw-term").first
    link.hover()
    card = page.get_by_role("tooltip")
    expect(card).to_be_visible()
    card.hover()
    page.wait_for_timeout(700)
    expect(card).to_be_visible()
    page.locator("article h1").hover()
    expect(card).to_have_count(0)


def test_a_card_stays_in_a_narrow_window(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    page.keyboard.press("Tab")
    for link in page.locator("a.aw-term").all()[:6]:
        link.focus()
        card = page.get_by_role("tooltip")
        expect(card).to_be_visible()
        box = card.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 375


def test_a_term_is_linked_once_in_a_page_and_leads_to_the_glossary(
    site: str, chromium: Browser
) -> None:
    page = chromium.new_page(java_script_enabled=False)
    page.goto(f"{site}/{CHAPTER}.html")
    places = page.locator("a.aw-term").evaluate_all("(all) => all.map((a) => a.href)")
    assert len(places) == len(set(places)) > 5
    page.locator("a.aw-term").first.click()
    page.wait_for_url("**/glossary.html#term-*")
    expect(page.locator("dt:target")).to_be_visible()
    page.close()
