"""Make "chapter 7" a link wherever a page says it, and link back at the end.

In a notebook the words are plain text, since a reader's copy may stand alone. On
the site each number becomes a link, and each chapter ends with those that name it.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder

NAMED = re.compile(r"\b[Cc]hapters? \d+(?:(?:, | and | to )\d+)*")
NUMBER = re.compile(r"\d+")
LEFT_ALONE = (nodes.reference, nodes.title, nodes.literal, nodes.literal_block)


def chapters(source: Path) -> dict[int, str]:
    """The documents of the chapters, by number."""
    paths = sorted(source.glob("notebooks/[0-9]*.ipynb"))
    return {int(p.stem.partition("_")[0]): f"notebooks/{p.stem}" for p in paths}


def named_by(source: Path) -> dict[int, set[int]]:
    """For each chapter the chapters whose text names it."""
    found = defaultdict[int, set[int]](set)
    for number, document in chapters(source).items():
        notebook = json.loads(Path(source, f"{document}.ipynb").read_text("utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                for words in NAMED.findall("".join(cell["source"])):
                    for named in map(int, NUMBER.findall(words)):
                        found[named].add(number)
    return found


def link(builder: Builder, page: str, text: str, document: str) -> nodes.reference:
    address = builder.get_relative_uri(page, document)
    return nodes.reference("", text, refuri=address, internal=True)


def linked(
    text: str, known: dict[int, str], builder: Builder, page: str
) -> list[nodes.Node]:
    """A text with a link at each chapter's number but the page's own."""
    parts, end = list[nodes.Node](), 0
    for words in NAMED.finditer(text):
        for number in NUMBER.finditer(text, *words.span()):
            document = known.get(int(number[0]))
            if document in (None, page):
                continue
            # The word belongs to the first link: "chapter 7", but "chapters 5 and 7".
            single = number.end() == words.end() and words[0].count(" ") == 1
            start = words.start() if single else number.start()
            parts.append(nodes.Text(text[end:start]))
            parts.append(link(builder, page, text[start : number.end()], document))
            end = number.end()
    return [*parts, nodes.Text(text[end:])] if parts else []


def connect(app: Sphinx, doctree: nodes.document, page: str) -> None:
    known = chapters(Path(app.srcdir))
    for text in list(doctree.findall(nodes.Text)):
        ancestor = text.parent
        while ancestor is not None and not isinstance(ancestor, LEFT_ALONE):
            ancestor = ancestor.parent
        if ancestor is None and (parts := linked(str(text), known, app.builder, page)):
            text.parent.replace(text, parts)
    mine = {document: number for number, document in known.items()}.get(page)
    others = sorted(named_by(Path(app.srcdir))[mine] - {mine}) if mine else []
    if others:
        line = nodes.paragraph("", "Chapters that come back to this one: ")
        for place, number in enumerate(others):
            line += nodes.Text(", " if place else "")
            line += link(app.builder, page, str(number), known[number])
        line += nodes.Text(".")
        next(iter(doctree.findall(nodes.section))).append(line)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("doctree-resolved", connect)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
