"""An index of names: ``<!-- names -->`` becomes each name with its sections.

Which names there are stands on the page, in lists between the headings; where
they occur is looked up in the chapters, so that the index follows their text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

PAGE = "book/names"
LOGGER = logging.getLogger(__name__)
ENTRY = re.compile(r"(?m)^- `([^`]+)`$")
HEADING = re.compile(r"(?m)^#{1,4} (.+)$")
FENCE = re.compile(r"```.*?```", re.S)
MOST = 5  # sections for a name: those that speak of it most
ASIDE = {"", "Summary", "Exercises", "Further reading"}


def sections(notebook: Path) -> Iterator[tuple[str, str]]:
    """Each heading of a notebook, with the text and the code below it."""
    heading, said = "", list[str]()
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            said.append(source)
            continue
        parts = HEADING.split(FENCE.sub("", source))
        said.append(parts[0])
        for title, text in zip(parts[1::2], parts[2::2], strict=True):
            yield heading, "\n".join(said)
            heading, said = title, [text]
    yield heading, "\n".join(said)


def plain(heading: str) -> str:
    """A heading as the page shows it, without Markdown."""
    return re.sub(r"[`*]", "", heading)


def pattern(name: str) -> re.Pattern[str]:
    """Find a name as a whole: ``timeout``, not ``timeouts``.

    A word such as ``closing`` may also be a variable: it counts where it is
    called, follows a dot or an ``@``, is imported, or stands as code in the text.
    """
    whole = rf"(?<!\w){re.escape(name)}(?!\w)"
    if not re.fullmatch(r"[a-z]\w*", name):
        return re.compile(whole)
    after = rf"(?<=[.@]){name}(?!\w)"
    return re.compile(
        rf"{whole}(?=\()|{after}|`[^`\n]*{whole}[^`\n]*`|import .*{whole}"
    )


def link(notebook: Path, heading: str) -> str:
    number = notebook.stem.partition("_")[0].lstrip("0")
    anchor = nodes.make_id(plain(heading))
    address = f"../notebooks/{notebook.stem}.html#{anchor}"
    shown = plain(heading).replace("_", "&#95;")  # Markdown goes on inside the link
    return f'<a href="{address}">{number}, {shown}</a>'


def entries(
    name: str, chapters: dict[Path, list[tuple[str, str]]]
) -> list[tuple[int, str]]:
    """How often each section speaks of a name, with its link, in reading order."""
    found = pattern(name)
    return [
        (count, link(notebook, heading))
        for notebook, parts in chapters.items()
        for heading, text in parts
        if heading not in ASIDE and (count := len(found.findall(text)))
    ]


def insert(app: Sphinx, page: str, source: list[str]) -> None:
    if page != PAGE:
        return
    paths = sorted(Path(app.srcdir, "notebooks").glob("[0-9]*.ipynb"))
    app.env.dependencies[page].update(map(str, [__file__, *paths]))
    chapters = {path: list(sections(path)) for path in paths}

    def row(match: re.Match[str]) -> str:
        found = entries(match[1], chapters)
        if not found:
            LOGGER.warning("no chapter speaks of %r: take it out", match[1])
            return ""
        fewest = sorted((count for count, _ in found), reverse=True)[:MOST][-1:]
        most = [where for count, where in found if count >= fewest[0]][:MOST]
        return f"`{match[1]}`\n: " + "; ".join(most) + "\n"

    source[0] = ENTRY.sub(row, source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", insert)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
