"""What each chapter takes, in minutes, and the short path through the book.

On any page ``{minutes}`03_protocol``` becomes the chapter's minutes, as the style
report counts them, and ``{minutes}`short-path``` those of the short path;
``<!-- short path -->`` becomes its table. ``book/short-path.toml`` names its sections,
which are marked on their pages.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx

sys.path.append(str(Path(__file__).parents[2]))
from tasks.style import minutes

MARK = "<!-- short path -->"
ASKED = re.compile(r"\{minutes\}`([\w-]+)`")
HEADING = re.compile(r"^## (.+)$", re.M)
START = ""  # what stands before the first section


def by_section(notebook: Path) -> dict[str, float]:
    """The minutes of each section of a notebook, by its heading."""
    found: dict[str, float] = {}
    heading = START
    for cell in nbformat.read(notebook, as_version=4).cells:
        parts = [cell.source]
        if cell.cell_type == "markdown":
            parts = HEADING.split(cell.source)  # text, heading, text, ...
        for place, part in enumerate(parts):
            if place % 2:
                heading = part
            else:
                piece = nbformat.from_dict({**cell, "source": part})
                took = minutes([piece]) if part else 0.0
                found[heading] = found.get(heading, 0.0) + took
    return found


def path(source: Path) -> dict[str, list[str]]:
    """The sections of the short path by notebook; none where all of it is read."""
    return tomllib.loads(Path(source, "book", "short-path.toml").read_text("utf-8"))


def takes(source: Path, stem: str, sections: list[str]) -> float:
    """The minutes of a notebook's start and these sections; of all without any.

    Raises
    ------
    ValueError
        If the notebook has no such section.
    """
    notebook = Path(source, "notebooks", f"{stem}.ipynb")
    known = by_section(notebook)
    if unknown := set(sections) - known.keys():
        raise ValueError(f"{stem} has no section {', '.join(sorted(unknown))}")
    if not sections:
        return minutes(nbformat.read(notebook, as_version=4).cells)
    return sum(known[each] for each in [START, *sections])


def answer(source: Path, asked: str) -> int:
    """The minutes of a notebook, or of the whole short path."""
    if asked == "short-path":
        return round(sum(takes(source, *each) for each in path(source).items()))
    return round(takes(source, asked, []))


def anchor(heading: str) -> str:
    """The anchor that MyST gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def table(source: Path) -> str:
    lines = ["| chapter | sections | minutes |", "|---|---|---:|"]
    for stem, sections in path(source).items():
        page = f"../notebooks/{stem}.ipynb"
        number = stem.partition("_")[0].lstrip("0")
        title = (
            f"[Chapter\u00a0{number}]({page})" if sections else f"[Cheat sheet]({page})"
        )
        links = [f"[{each}]({page}#{anchor(each)})" for each in sections]
        took = round(takes(source, stem, sections))
        lines.append(f"| {title} | {'; '.join(links) or 'all of it'} | {took} |")
    return "\n".join(lines)


def insert(app: Sphinx, page: str, source: list[str]) -> None:
    if not page.startswith("book/") or not (
        MARK in source[0] or ASKED.search(source[0])
    ):
        return
    here = Path(app.srcdir)
    read = [*here.glob("notebooks/*.ipynb"), here / "book" / "short-path.toml"]
    app.env.dependencies[page].update(map(str, [__file__, *read]))
    text = ASKED.sub(lambda match: str(answer(here, match[1])), source[0])
    source[0] = text.replace(MARK, table(here) if MARK in text else "")


def mark(app: Sphinx, doctree: nodes.document) -> None:
    """Give the sections of the short path their class."""
    folder, _, stem = app.env.docname.rpartition("/")
    if folder != "notebooks":
        return
    app.env.note_dependency(str(Path(app.srcdir, "book", "short-path.toml")))
    wanted = {each.replace("`", "") for each in path(Path(app.srcdir)).get(stem, [])}
    for section in doctree.findall(nodes.section):
        title = section.next_node(nodes.title)
        if title is not None and title.astext() in wanted:
            section["classes"].append("aw-core")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", insert)
    app.connect("doctree-read", mark)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
