"""The whole book as EPUB 3: a file of XHTML for each article, and their contents.

Plain enough to be written by hand: a zip of the articles, a list of its files, and
the contents, as https://www.w3.org/TR/epub-33/ has them.
"""

from __future__ import annotations

import html
import uuid
import zipfile
from pathlib import Path

from tasks import _articles
from tasks._articles import Article

CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/book.opf" \
media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" xml:lang="en" \
unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{identity}</dc:identifier>
<dc:title>async with</dc:title>
<dc:creator>The async with authors</dc:creator>
<dc:language>en</dc:language>
<dc:date>{date}</dc:date>
<meta property="dcterms:modified">{date}T00:00:00Z</meta>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="style" href="style.css" media-type="text/css"/>
{items}
</manifest>
<spine>{spine}</spine>
</package>
"""
PAGE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" \
lang="en" xml:lang="en">
<head><title>{title}</title><link rel="stylesheet" href="style.css"/></head>
<body>{body}</body>
</html>
"""


def write_epub(found: list[Article], site: Path, to: Path) -> None:
    """Write an EPUB of the articles, whose links are then those of its files."""
    version, date = _articles.version(site)
    _articles.linked(
        found,
        lambda to, place: f"{to.slug}.xhtml{'#' + place if place else ''}",
        prefix=False,
    )
    title = f"async with {version}"
    files = {"nav.xhtml": contents(found, title), "style.css": _articles.style()}
    items: list[str] = []
    for number, one in enumerate(found):
        kind = ' properties="svg"' if one.drawings else ""
        items.append(
            f'<item id="a{number}" href="{one.slug}.xhtml" '
            f'media-type="application/xhtml+xml"{kind}/>'
        )
        files[f"{one.slug}.xhtml"] = PAGE.format(
            title=html.escape(one.title), body=one.html(xml=True)
        )
    files["book.opf"] = PACKAGE.format(
        identity=uuid.uuid5(uuid.NAMESPACE_URL, title),
        date=date,
        items="\n".join(items),
        spine="".join(f'<itemref idref="a{n}"/>' for n in range(len(found))),
    )
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        # The first file says what this is, so it is not compressed.
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", CONTAINER)
        for name, text in files.items():
            archive.writestr(f"book/{name}", text)


def contents(found: list[Article], title: str) -> str:
    """The contents: the parts, the articles of each."""
    lines: list[str] = []
    for part in dict.fromkeys(one.part for one in found):
        rows = "".join(
            f'<li><a href="{one.slug}.xhtml">{html.escape(one.title)}</a></li>'
            for one in found
            if one.part == part
        )
        lines.append(f"<li><span>{html.escape(part)}</span><ol>{rows}</ol></li>")
    return PAGE.format(
        title=title,
        body=f'<nav epub:type="toc"><h1>{title}</h1><ol>{"".join(lines)}</ol></nav>',
    )
