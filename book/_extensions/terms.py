"""Link each chapter's first mention of a glossary term to its meaning.

In a notebook the words are plain text. On the site the first mention in the running
text becomes a link, quietly marked; ``browser/page/cards.js`` shows the meaning
beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx

CHAPTER = re.compile(r"notebooks/\d\w+")
LEFT_ALONE = (nodes.reference, nodes.literal, nodes.strong)
PAGE = "book/glossary"


def pattern(terms: list[str]) -> re.Pattern[str]:
    """Finds a term, also in the plural; the longest where several begin.

    Examples
    --------
    >>> pattern(["slot", "slot leak"]).findall("Two slots, and a slot leak.")
    ['slots', 'slot leak']
    """
    longest = sorted(terms, key=lambda term: (-len(term), term))
    choice = "|".join(map(re.escape, longest))
    return re.compile(rf"(?<![\w-])(?:{choice})s?(?![\w-])", re.I)


def around(text: nodes.Text, paragraph: nodes.paragraph) -> Iterator[nodes.Element]:
    """The elements that a text stands in, up to its paragraph."""
    element = text.parent
    while element is not paragraph:
        yield element
        element = element.parent


def connect(app: Sphinx, doctree: nodes.document, page: str) -> None:
    if not CHAPTER.fullmatch(page):
        return
    objects = app.env.get_domain("std").get_objects()
    anchors = {
        name.lower(): at for name, _, kind, _, at, _ in objects if kind == "term"
    }
    if not anchors:
        return
    finds, left = pattern(list(anchors)), dict(anchors)
    address = app.builder.get_relative_uri(page, PAGE)
    for paragraph in list(doctree.findall(nodes.paragraph)):
        asks = paragraph.astext().startswith("Predict")
        if asks or not isinstance(paragraph.parent, nodes.section):
            continue
        for text in list(paragraph.findall(nodes.Text)):
            if any(isinstance(each, LEFT_ALONE) for each in around(text, paragraph)):
                continue
            parts, end = list[nodes.Node](), 0
            for found in finds.finditer(str(text)):
                said = found[0].lower()
                anchor = left.pop(said, None) or left.pop(said.removesuffix("s"), None)
                if anchor is None:
                    continue
                uri = f"{address}#{anchor}"
                parts.append(nodes.Text(str(text)[end : found.start()]))
                parts.append(
                    nodes.reference(
                        "", found[0], refuri=uri, internal=True, classes=["aw-term"]
                    )
                )
                end = found.end()
            if parts:
                text.parent.replace(text, [*parts, nodes.Text(str(text)[end:])])


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("doctree-resolved", connect)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
