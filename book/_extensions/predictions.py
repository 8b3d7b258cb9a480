"""Make each prediction that offers choices a question that answers back.

A chapter asks ``**Predict.**``, with a list ``(a)``, ``(b)``, ``(c)``. Which is right,
and why each of the others is not, stands in ``book/predictions/CHAPTER.toml`` by the
asking cell's id. The page carries it encoded, so that neither a reader nor a search
meets the answer in its text; ``browser/page/predictions.js`` asks. The explanation
below names the letter, ``It is (b).``: that is encoded, too, until the reader has
found it, and readers without scripts get it from a ``noscript``.
"""

from __future__ import annotations

import base64
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

LOG = logging.getLogger(__name__)
ASKS = re.compile(r"^\*\*Predict\.?\*\*.*?\n\n((?:- \([a-z]\) .+\n?)+)", re.M | re.S)
LETTER = re.compile(r"\(([a-z])\) ")
NAMED = re.compile(r".{0,120}?\(([a-z])\)", re.S)
"""How an explanation begins that names the letter."""


def asked(notebook: Path) -> dict[str, list[str]]:
    """The letters of the choices, by the cell that offers them."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    found = {
        cell["id"]: ASKS.search("".join(cell["source"]))
        for cell in cells
        if cell["cell_type"] == "markdown"
    }
    return {
        identity: re.findall(r"^- \(([a-z])\)", match[1], re.M)
        for identity, match in found.items()
        if match
    }


def told(source: Path, chapter: str) -> dict[str, dict[str, str]]:
    """What a chapter's file says, by cell: ``right``, and why each other letter is not.

    Raises
    ------
    ValueError
        Where a question and what is told of it do not fit.
    """
    answers = source / "book" / "predictions" / f"{chapter}.toml"
    table = tomllib.loads(answers.read_text("utf-8")) if answers.is_file() else {}
    questions = asked(source / "notebooks" / f"{chapter}.ipynb")
    if unknown := table.keys() - questions.keys():
        raise ValueError(f"{answers.name}: no such question: {', '.join(unknown)}")
    for identity, letters in questions.items():
        known = table.get(identity, {"right": ""})
        if sorted([*known["right"], *(known.keys() - {"right"})]) != letters:
            raise ValueError(
                f"{answers.name}, {identity}: tell of {', '.join(letters)}"
            )
    return {identity: table[identity] for identity in questions}


def choices(doctree: nodes.document) -> list[tuple[nodes.paragraph, nodes.bullet_list]]:
    """The questions of a page, each with the list of its choices."""
    found: list[tuple[nodes.paragraph, nodes.bullet_list]] = []
    for paragraph in doctree.findall(nodes.paragraph):
        first = next((each for each in paragraph.children if each.astext()), None)
        after = paragraph.next_node(descend=False, siblings=True)
        if (
            isinstance(first, nodes.strong)
            and first.astext() in ("Predict.", "Predict")
            and isinstance(after, nodes.bullet_list)
            and LETTER.match(after.astext())
        ):
            found.append((paragraph, after))
    return found


def _encoded(answer: object) -> str:
    return base64.b64encode(json.dumps(answer).encode()).decode()


def conceal(explanation: nodes.paragraph, right: str, question: str) -> bool:
    """Take the right letter out of an explanation's text; whether it was there."""
    found = NAMED.match(explanation.astext())
    if found is None or found[1] not in right:
        return False
    named = f"({found[1]})"
    text = next(each for each in explanation.findall(nodes.Text) if named in each)
    before, _, after = text.partition(named)
    html = (
        f'<span class="aw-letter" data-of="{question}" data-letter="{_encoded(named)}">'
        f"<noscript>{named}</noscript></span>"
    )
    place = text.parent.index(text)
    text.parent[place : place + 1] = [
        nodes.Text(before),
        nodes.raw("", html, format="html"),
        nodes.Text(after),
    ]
    return True


def mark(app: Sphinx, doctree: nodes.document) -> None:
    folder, _, chapter = app.env.docname.rpartition("/")
    if folder != "notebooks" or not re.match(r"\d", chapter):
        return
    source = Path(app.srcdir)
    app.env.note_dependency(str(source / "book" / "predictions" / f"{chapter}.toml"))
    try:
        answers = told(source, chapter)
        pairs = list(zip(choices(doctree), answers.items(), strict=True))
    except ValueError as problem:
        LOG.warning("predictions: %s: %s", chapter, problem)
        return
    asking = [paragraph for (paragraph, _), _ in pairs]
    for (paragraph, listed), (cell, answer) in pairs:
        name = f"prediction-{cell}"
        for below in _below(doctree, listed, asking):
            if conceal(below, answer["right"], name):
                break
        before = (
            f'<div class="aw-prediction" id="{name}" data-answer="{_encoded(answer)}">'
        )
        parent = paragraph.parent
        parent.insert(parent.index(paragraph), nodes.raw("", before, format="html"))
        after = nodes.raw("", "</div>", format="html")
        parent.insert(parent.index(listed) + 1, after)


def _below(
    doctree: nodes.document,
    listed: nodes.bullet_list,
    asking: list[nodes.paragraph],
) -> Iterator[nodes.paragraph]:
    """The paragraphs from a question's choices to the next question."""
    choices = set(listed.findall(nodes.paragraph))
    begun = False
    for paragraph in list(doctree.findall(nodes.paragraph)):
        if begun and paragraph in asking:
            return
        if paragraph in choices:
            begun = True
        elif begun:
            yield paragraph


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-read", mark)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
