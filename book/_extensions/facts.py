"""The table of facts as a page: ``<!-- facts -->`` becomes tests/facts/*.toml."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

PAGE, MARK = "book/facts", "<!-- facts -->"


def proof(fact: dict[str, Any]) -> str:
    """How a fact is known, as MyST text."""
    if fact["status"] == "shown":
        return f"shown by the cell `{fact['cell']}`"
    if fact["status"] == "replayed":
        return f"replayed from {fact['recorded']['version']}"
    return f"[source]({fact['source']})"


def tables(paths: list[Path]) -> str:
    """How many facts there are; a section for each chapter, a row for each fact."""
    lines: list[str] = []
    counts: Counter[str] = Counter()
    for path in paths:
        facts = tomllib.loads(path.read_text(encoding="utf-8"))["fact"]
        counts.update(fact["status"] for fact in facts)
        lines += ["", f"## {{doc}}`/notebooks/{path.stem}`", ""]
        lines += ["| | fact | how it is known |", "|---|---|---|"]
        for fact in facts:
            said = fact["text"].replace("|", "\\|")
            lines.append(f"| {fact['number']} | {said} | {proof(fact)} |")
    total = ", ".join(f"{n} {status}" for status, n in sorted(counts.items()))
    return "\n".join([f"So far {counts.total()} facts: {total}.", *lines])


def insert(app: Sphinx, page: str, source: list[str]) -> None:
    if page == PAGE:
        paths = sorted(Path(app.srcdir, "tests", "facts").glob("*.toml"))
        app.env.dependencies[page].update(map(str, paths))
        source[0] = source[0].replace(MARK, tables(paths))


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", insert)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
