"""The book as a PDF: its contents, outline and links lead to the right pages."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from tasks import _articles, _pdf, takeaway
from tasks.book import SITE

CHOSEN = ["notebooks/06_scopes", "notebooks/exercises/06_scopes", "book/glossary"]
NAMES = None if os.environ.get("ASYNCWITH_FULL") else CHOSEN
WIDTH, HEIGHT = 595, 842  # points: A4


@pytest.fixture(scope="module")
def printed(
    site: str, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> PdfReader:
    """Three articles as one document; with --full the whole book."""
    to = tmp_path_factory.mktemp("printed") / "book.pdf"
    pages = _pdf.write_pdf(_articles.articles(SITE, NAMES), SITE, chromium, to)
    assert to.stat().st_size < takeaway.LARGEST
    reader = PdfReader(to)
    assert len(reader.pages) == pages
    return reader


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_the_contents_name_the_page_of_each_article(printed: PdfReader) -> None:
    listed = "\n".join(page.extract_text() for page in printed.pages[1:3])
    for one in _articles.articles(SITE, NAMES):
        found = re.search(rf"(?m)^{re.escape(one.title)} ?(\d+)$", listed)
        assert found, f"{one.title} is not in the contents"
        page = printed.pages[int(found[1]) - 1].extract_text()
        head = page[: len(one.title) + 400]  # the running head, then the heading
        assert bare(head).count(bare(one.title)) == 2, one.title


def test_the_outline_has_each_heading_as_it_is_written(printed: PdfReader) -> None:
    def titles(entries: list) -> list[str]:
        return [
            title
            for entry in entries
            for title in (titles(entry) if isinstance(entry, list) else [entry.title])
        ]

    outline = titles(printed.outline)
    for one in _articles.articles(SITE, NAMES):
        for heading in one.body.find_all(["h1", "h2"]):
            assert " ".join(heading.get_text().split()) in outline


def test_links_between_articles_lead_into_the_document(printed: PdfReader) -> None:
    inside, outside = set[str](), set[str]()
    for page in printed.pages:
        for each in page.get("/Annots") or []:
            link = each.get_object()
            if "/Dest" in link:
                inside.add(str(link["/Dest"]))
            elif "/A" in link:
                outside.add(str(link["/A"].get("/URI", "")))
    assert {"/exercises-06_scopes", "/glossary--term-scope"} <= inside
    assert inside <= set(printed.named_destinations)
    assert not [to for to in outside if not to.startswith("https://")]


def test_nothing_is_wider_than_its_page(printed: PdfReader, chromium: Browser) -> None:
    found = _articles.articles(SITE, NAMES and [*NAMES, "notebooks/museum"])
    page = chromium.new_page(viewport={"width": 627, "height": 900})  # A4's text, px
    page.emulate_media(media="print")
    page.set_content(_pdf.document(found, SITE, {}))
    wide = page.evaluate("""() => [...document.querySelectorAll("article *")]
        .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
        .map((each) => each.outerHTML.slice(0, 120))""")
    page.close()
    assert wide == []
    assert {
        (round(p.mediabox.width), round(p.mediabox.height)) for p in printed.pages
    } == {(WIDTH, HEIGHT)}
