"""A term, or a link to Python's documentation, tells beside it what it leads to."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator

import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser, Page, expect

from tasks._selection import ROOT
from tasks.book import SITE, pages
from tests.site.test_access import AXE, violations

sys.path.append(str(ROOT / "book" / "_extensions"))  # as Sphinx does
from documentation import HOST, table

CHAPTER = "notebooks/05_nesting"
EACH_KIND = pytest.mark.parametrize("links", ["a.aw-term", "article a[data-says]"])


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


@EACH_KIND
def test_the_pointer_opens_a_card_may_enter_it_and_closes_it(
    page: Page, links: str
) -> None:
    link = page.locator(links).first
    link.hover()
    card = page.get_by_role("tooltip")
    expect(card).to_be_visible()
    card.hover()
    page.wait_for_timeout(700)
    expect(card).to_be_visible()
    page.locator("article h1").hover()
    expect(card).to_have_count(0)


@EACH_KIND
def test_a_card_stays_in_a_narrow_window(page: Page, links: str) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    page.keyboard.press("Tab")
    for link in page.locator(links).all()[:6]:
        link.focus()
        card = page.get_by_role("tooltip")
        expect(card).to_be_visible()
        box = card.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 375


def test_a_link_to_pythons_documentation_shows_what_stands_there(page: Page) -> None:
    link = page.locator("article a[data-says]").first
    page.keyboard.press("Tab")
    link.focus()
    card = page.get_by_role("tooltip")
    expect(card.locator("strong")).to_have_text(link.get_attribute("data-name") or "-")
    expect(card).to_contain_text(link.get_attribute("data-says") or "-")
    expect(link).to_have_accessible_description(re.compile("documentation$"))
    page.evaluate(AXE)
    assert violations(page, True, "") == []
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)


def test_each_link_to_pythons_documentation_has_a_card_and_each_card_a_link(
    counted: Callable[[str], None],
) -> None:
    known, used, count = table(ROOT), set[str](), 0
    for name in pages():
        text = (SITE / f"{name}.html").read_text("utf-8")
        article = BeautifulSoup(text, "html.parser").find("article")
        assert isinstance(article, Tag)
        for link in article.select(f'a[href^="{HOST}"]'):
            key = str(link["href"]).removeprefix(HOST)
            assert link["data-name"] == known[key]["name"], (name, key)
            assert link["data-says"] == known[key]["says"], (name, key)
            used.add(key)
            count += 1
    counted(f"links to Python's documentation with a card: {count}")
    assert count > 100
    assert known.keys() == used


def test_what_is_said_of_the_documentation_is_a_sentence_or_two() -> None:
    for key, told in table(ROOT).items():
        assert told.keys() == {"name", "says"}, key
        assert told["says"].endswith(".") and 20 <= len(told["says"]) <= 160, key


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
