"""The whole book as one PDF: one document, printed by Chromium.

All articles are in it, so that links between chapters lead to their pages and
Chromium writes the outline. It is printed twice: the first print tells on which page
each article begins, the second has these in its contents.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

from tasks import _articles
from tasks._articles import Article
from tests.browser.publishing import publish

SHEET = """
@page { size: A4; margin: 20mm 22mm 18mm;
  @bottom-center { content: counter(page); font: 8pt sans-serif; color: #57606a } }
@page :first { @bottom-center { content: none } @top-center { content: none } }
@page cheatsheet { margin: 10mm }
body { font-size: 9.8pt; margin: 0 }
h1 { font-size: 24pt; margin: 0 0 12mm } h2 { font-size: 19pt; margin: 0 0 6mm }
h3 { font-size: 13.5pt; margin: 7mm 0 2mm } h4 { font-size: 11pt; margin: 5mm 0 2mm }
.title { padding-top: 60mm; break-after: page }
.title p { font-size: 12pt }
.part { break-before: page; padding-top: 80mm }
.pages { font-size: 9.2pt; list-style: none; padding: 0 }
.pages li { display: flex; gap: 4mm } .pages li a { flex: 1; color: inherit }
.pages li.head { font-weight: bold; margin-top: 3mm }
.pages li.inner { padding-left: 8mm }
"""
SAID = (
    "The executable book on Python's async context managers: every output in it is one "
    "that a test has compared."
)


def write_pdf(found: list[Article], site: Path, chromium: Browser, to: Path) -> int:
    """Write a PDF of the articles; return its number of pages.

    The articles are used up: their headings and links are those of the document.
    """
    _articles.linked(
        found,
        lambda to, place: f"#{to.slug}--{place}" if place else f"#{to.slug}",
        True,
    )
    for one in found:
        for level in (4, 3, 2, 1):  # parts have the first
            for heading in one.body.find_all(f"h{level}"):
                heading.name = f"h{level + 1}"
    first: dict[str, int | None] = {one.slug: 0 for one in found}
    page = chromium.new_page()
    page.set_default_timeout(600_000)
    try:
        for _ in range(2):
            page.set_content(document(found, site, first))
            page.pdf(
                path=to, prefer_css_page_size=True, outline=True, tagged=True,
                print_background=True,
            )  # fmt: skip
            reader = PdfReader(to)
            first = {
                name.removeprefix("/"): (reader.get_destination_page_number(at) or 0)
                + 1
                for name, at in reader.named_destinations.items()
            }
    finally:
        page.close()
    reader = PdfReader(to)
    mended(reader, found).write(to)
    return len(reader.pages)


def mended(reader: PdfReader, found: list[Article]) -> PdfWriter:
    """The document with its own data, and the outline's titles as they are written.

    Where a heading is broken into lines, Chromium's outline lacks a space.
    """
    headings = [h for one in found for h in one.body.find_all(["h2", "h3", "h4", "h5"])]
    titles = {
        re.sub(r"\s", "", t): t
        for t in (" ".join(h.get_text().split()) for h in headings)
    }
    writer = PdfWriter(clone_from=reader)

    def visit(entry: Any) -> None:
        while entry is not None:
            item = entry.get_object()
            title = titles.get(re.sub(r"\s", "", str(item.get("/Title", ""))))
            if title:
                item[NameObject("/Title")] = TextStringObject(title)
            if "/First" in item:
                visit(item["/First"])
            entry = item.get("/Next")

    visit(writer.get_outline_root().get("/First"))
    writer.add_metadata(
        {"/Title": "async with", "/Author": "The async with authors", "/Subject": SAID}
    )
    return writer


def write_sheet(chromium: Browser, to: Path) -> None:
    """Write the cheat sheet as its page prints it: one sheet of A4."""
    page = chromium.new_page()
    try:
        with publish() as site:
            page.goto(site.page("notebooks/cheatsheet"), wait_until="networkidle")
            page.pdf(path=to, prefer_css_page_size=True)
    finally:
        page.close()


def document(found: list[Article], site: Path, first: dict[str, int | None]) -> str:
    """The articles as one document, with a title, contents and running heads."""
    version, date = _articles.version(site)
    heads = "".join(
        f"@page a{number} {{ @top-center {{ content: {quoted(one.title)}; "
        "font: 8pt sans-serif; color: #57606a } }\n"
        f".a{number} {{ page: a{number} }}\n"
        for number, one in enumerate(found)
    )
    pieces = [
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>async with</title><style>{_articles.style()}{SHEET}{heads}</style>"
        '</head><body><div class="title"><h1>async with</h1>'
        f"<p>{SAID}</p><p>Version {version}, {date}</p></div>",
        '<h2 class="contents">Contents</h2>',
        contents(found, first),
    ]
    part = ""
    for number, one in enumerate(found):
        if one.part != part:
            part = one.part
            pieces.append(f'<div class="part"><h1>{html.escape(part)}</h1></div>')
        pieces.append(
            f'<article id="{one.slug}" class="a{number}">{one.html()}</article>'
        )
    return "".join([*pieces, "</body></html>"])


def contents(found: list[Article], first: dict[str, int | None]) -> str:
    """A list of the articles, with the page of each."""
    lines: list[str] = []
    part = ""
    for one in found:
        if one.part != part:
            part = one.part
            lines.append(f'<li class="head">{html.escape(part)}</li>')
        inner = ' class="inner"' if "/exercises/" in one.name else ""
        lines.append(
            f'<li{inner}><a href="#{one.slug}">{html.escape(one.title)}</a>'
            f"<span>{first.get(one.slug) or '…'}</span></li>"
        )
    return f'<ul class="pages">{"".join(lines)}</ul>'


def quoted(text: str) -> str:
    """A text as a string of CSS."""
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'
