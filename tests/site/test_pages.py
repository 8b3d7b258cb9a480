"""Every page that _toc.yml names is there, opens cleanly and leads somewhere."""

from __future__ import annotations

import json
import re
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pytest
from playwright.sync_api import Browser

from tasks._selection import ROOT, notebooks
from tasks.book import SITE, pages

NAMES = pages()
WIDTHS = (375, 1280)  # a phone's and a desktop's, in CSS pixels


@cache
def html(page: str) -> str:
    return (SITE / page).read_text(encoding="utf-8")


def test_there_are_as_many_pages_as_the_contents_name() -> None:
    built = {
        str(path.relative_to(SITE).with_suffix(""))
        for path in SITE.rglob("*.html")
        if not path.relative_to(SITE).parts[0].startswith("_")
    }
    assert built - {"index", "genindex", "search"} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_links_inside_the_book_lead_somewhere(name: str) -> None:
    for link in map(
        unescape, re.findall(r'<a [^>]*href="([^"]*)"', html(f"{name}.html"))
    ):
        if urlparse(link).scheme or link in ("", "#"):
            continue
        path, anchor = urldefrag(urljoin(f"{name}.html", unquote(link)))
        assert (SITE / path).is_file(), link
        if anchor and path.endswith(".html"):
            assert f'id="{anchor}"' in html(path), link


@pytest.mark.parametrize("name", NAMES)
def test_a_page_opens_without_an_error_and_fits_phone_and_desktop(
    site: str, chromium: Browser, name: str
) -> None:
    page = chromium.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda message: (
            said.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    page.route(lambda url: not url.startswith(site), lambda route: route.abort())
    page.goto(f"{site}/{name}.html")
    assert page.locator("article h1").count() == 1
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
    # Other hosts are out of reach here: what the theme asks of them is not told.
    assert [text for text in said if "net::ERR_FAILED" not in text] == []


def drawn_cells() -> int:
    """Cells of the book whose stored output is a timeline."""
    return sum(
        "image/svg+xml" in output.get("data", {})
        for name in notebooks()
        for cell in json.loads(Path(ROOT, name).read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
    )


def test_every_timeline_is_part_of_its_page() -> None:
    inline = sum(
        html(f"{name}.html").count('<figure class="aw-timeline-figure"')
        for name in NAMES
        if name.startswith("notebooks/")
    )
    assert inline == drawn_cells()
