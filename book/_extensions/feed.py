"""Write ``feed.xml``: the changes of the book, as Atom, out of ``CHANGELOG.md``.

An entry is a version, with the day on which it came out; what is not released yet has
the day of the build. A feed needs the site's address, as the sitemap does.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docutils import nodes
from markdown_it import MarkdownIt
from sphinx.application import Sphinx

ATOM = "http://www.w3.org/2005/Atom"
VERSION = re.compile(
    r"^## (?P<name>Unreleased|\[?\d[^\s\]]*)\]?(?: - (?P<day>\d{4}-\d\d-\d\d))?\s*$",
    re.M,
)


@dataclass
class Release:
    """A version of the book.

    Attributes
    ----------
    name
        As the file writes it: ``"1.2.0"``, or ``"Unreleased"``.
    day
        ISO 8601, or None where it is not released.
    text
        What has changed, in Markdown.
    """

    name: str
    day: str | None
    text: str


def releases(changelog: str) -> list[Release]:
    """The versions, latest first, as the file has them.

    Raises
    ------
    ValueError
        Where a released version has no day.

    Examples
    --------
    >>> text = "## Unreleased\\n\\n- b\\n\\n## [1.0] - 2027-01-02\\n\\n- a\\n"
    >>> [(each.name, each.day, each.text) for each in releases(text)]
    [('Unreleased', None, '- b'), ('1.0', '2027-01-02', '- a')]
    """
    heads = list(VERSION.finditer(changelog))
    ends = [*(head.start() for head in heads[1:]), len(changelog)]
    found = [
        Release(
            head["name"].strip("["), head["day"], changelog[head.end() : end].strip()
        )
        for head, end in zip(heads, ends, strict=True)
    ]
    for each in found:
        if each.day is None and each.name != "Unreleased":
            raise ValueError(f"CHANGELOG.md: version {each.name} has no day")
    return found


def feed(address: str, title: str, found: list[Release], today: datetime) -> str:
    """The Atom feed of a site's versions."""
    root = ElementTree.Element("feed", xmlns=ATOM)
    markdown = MarkdownIt(options_update={"html": False})

    def add(parent: ElementTree.Element, tag: str, text: str = "", **rest: str) -> None:
        ElementTree.SubElement(parent, tag, rest).text = text or None

    now = today.isoformat()
    days = [f"{each.day}T00:00:00Z" if each.day else now for each in found]
    add(root, "title", f"Changes of “{title}”")
    add(root, "id", address)
    add(root, "link", rel="self", href=f"{address}feed.xml")
    add(root, "link", href=address)
    add(root, "updated", max(days, default=now))
    author = ElementTree.SubElement(root, "author")
    add(author, "name", f"The authors of “{title}”")
    for each, day in zip(found, days, strict=True):
        entry = ElementTree.SubElement(root, "entry")
        released = each.day is not None
        add(entry, "title", f"Version {each.name}" if released else "On its way")
        add(entry, "id", f"{address}feed.xml#{each.name.lower()}")
        add(entry, "link", href=address)
        add(entry, "updated", day)
        add(entry, "content", markdown.render(each.text), type="html")
    ElementTree.indent(root)
    return ElementTree.tostring(root, "unicode", xml_declaration=True) + "\n"


def name_it(
    app: Sphinx,
    page: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if app.config.html_baseurl:
        context["metatags"] = context.get("metatags", "") + (
            '<link rel="alternate" type="application/atom+xml" title="Changes" '
            f'href="{app.config.html_baseurl}feed.xml" />\n'
        )


def write(app: Sphinx, error: Exception | None) -> None:
    target = Path(app.outdir, "feed.xml")
    if error is not None or not app.config.html_baseurl:
        target.unlink(missing_ok=True)  # of an earlier build with an address
        return
    found = releases(Path(app.srcdir, "CHANGELOG.md").read_text("utf-8"))
    today = datetime.now(UTC).replace(microsecond=0)
    text = feed(app.config.html_baseurl, app.config.html_title, found, today)
    target.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", name_it)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
