"""Every page that _toc.yml names is there, opens cleanly and leads somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from html import unescape
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pytest
from playwright.sync_api import Browser

from tasks import _missing
from tasks._selection import ROOT, notebooks
from tasks.book import SITE, pages

NAMES = pages()
WIDTHS = (375, 1280)  # a phone's and a desktop's, in CSS pixels


@cache
def html(page: str) -> str:
    return (SITE / page).read_text(encoding="utf-8")


def test_there_are_as_many_pages_as_the_contents_name(
    counted: Callable[[str], None],
) -> None:
    built = {
        str(path.relative_to(SITE).with_suffix(""))
        for path in SITE.rglob("*.html")
        if path.relative_to(SITE).parts[0] not in ("_static", "browser", "lite")
    }
    others = {"index", "genindex", "search", "404", *_missing.SHORT}
    assert built - others == set(NAMES)
    counted(f"pages: {len(built - others)} of {len(NAMES)}")


def test_no_link_stands_in_a_link() -> None:
    nested = re.compile(r"<a\b[^>]*>(?:(?!</a>).)*?<a\b", re.S)
    found = {name: nested.findall(html(f"{name}.html")) for name in NAMES}
    assert {name: links for name, links in found.items() if links} == {}


def test_each_page_says_its_version_and_its_date() -> None:
    said = re.escape(f"Version {version('asyncwith')}, last updated on ")
    for name in NAMES:
        assert re.search(said + r"20\d\d-\d\d-\d\d", html(f"{name}.html")), name


@pytest.mark.parametrize("name", [n for n in NAMES if re.match(r"notebooks/\d", n)])
def test_a_chapter_has_the_number_of_its_file(name: str) -> None:
    number = int(name.removeprefix("notebooks/").partition("_")[0])
    heading = r'<h1><span class="section-number">(\d+)\. </span>'
    assert re.findall(heading, html(f"{name}.html")) == [str(number)]
    contents = re.findall(r">\s*(\d+)\. [^<]", html("book/index.html"))
    assert str(number) in contents


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


def test_every_timeline_is_part_of_its_page(
    counted: Callable[[str], None],
) -> None:
    inline = sum(
        html(f"{name}.html").count('<figure class="aw-timeline-figure"')
        for name in NAMES
        if name.startswith("notebooks/")
    )
    assert inline == drawn_cells()
    counted(f"timelines in their pages: {inline} of {drawn_cells()}")


def test_a_chapter_that_is_named_is_linked_both_ways() -> None:
    seventh = html("notebooks/07_cancellation.html")
    eighth = html("notebooks/08_streaming.html")
    assert re.search(r'href="07_cancellation\.html">chapter 7</a>', eighth)
    back = re.search(r"<p>Chapters that come back to this one: (.*?)</p>", seventh)
    assert back is not None
    assert 'href="08_streaming.html">8</a>' in back[1]


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("notebooks/")])
def test_no_chapter_is_named_without_a_link(name: str) -> None:
    article = html(f"{name}.html").partition('<article class="bd-article"')[2]
    text = re.sub(r"<pre.*?</pre>|<h\d.*?</h\d>|<a .*?</a>", "", article, flags=re.S)
    own = re.match(r"notebooks/0*(\d+)_", name)
    there = {re.sub(r".*/0*(\d+)_.*", r"\1", n) for n in NAMES if "/ex" not in n}
    there -= {own[1]} if own else set()
    assert there.isdisjoint(re.findall(r"\b[Cc]hapters? (\d+)\b", text))
