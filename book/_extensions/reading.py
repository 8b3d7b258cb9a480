"""Every source that a chapter names: ``<!-- reading -->`` becomes the lists.

A chapter's own list, "Further reading", says what each source adds; the other
addresses in its text follow, in the order in which the text names them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

PAGE, MARK = "book/references", "<!-- reading -->"
LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])+)\]\((https?://[^)\s]+)\)")
LIST = re.compile(r"## Further reading\n+(.*)", re.S)


def prose(notebook: Path) -> str:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    texts = ("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return "\n\n".join(texts)


def chapter(notebook: Path) -> str:
    """One chapter's section: its own list, then what else its text names."""
    text = prose(notebook)
    match = LIST.search(text)
    own = match[1].strip() if match else ""
    own = re.sub(r"\]\((?!https?://|\.\./)([^)]+\.ipynb)", r"](../notebooks/\1", own)
    listed = {address for _, address in LINK.findall(own)}
    others = dict[str, str]()
    for label, address in LINK.findall(text):
        if address not in listed:
            others.setdefault(address, " ".join(label.split()))
    title = text.partition("\n")[0].removeprefix("# ")
    number = notebook.stem.partition("_")[0].lstrip("0")
    heading = f"### {number}. [{title}](../notebooks/{notebook.name})"
    lines = [heading, "", own, ""]
    if others:
        links = [f"[{label}]({address})" for address, label in others.items()]
        lines += ["Also named in the text: " + "; ".join(links) + ".", ""]
    return "\n".join(lines)


def insert(app: Sphinx, page: str, source: list[str]) -> None:
    if page == PAGE:
        paths = sorted(Path(app.srcdir, "notebooks").glob("[0-9]*.ipynb"))
        app.env.dependencies[page].update(map(str, [__file__, *paths]))
        source[0] = source[0].replace(MARK, "\n".join(map(chapter, paths)))


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", insert)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
