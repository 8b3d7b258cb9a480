"""The search page finds words of the book, and asks for its index only when asked."""

from __future__ import annotations

from playwright.sync_api import Browser, expect


def test_a_question_is_answered_with_pages(site: str, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(f"{site}/search.html?q=asynccontextmanager")
    results = page.locator("#search-results li a")
    expect(results.first).to_be_visible(timeout=20_000)
    assert "notebooks/" in (results.first.get_attribute("href") or "")
    page.close()


def test_without_a_question_the_index_is_not_asked_for(
    site: str, chromium: Browser
) -> None:
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}/search.html", wait_until="load")
    page.close()
    assert any("searchtools.js" in each for each in asked)
    assert not any("searchindex.js" in each for each in asked)
