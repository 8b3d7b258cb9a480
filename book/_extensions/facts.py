"""The table of facts as a page: ``{facts}`` reads tests/facts/*.toml."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def proof(fact: dict[str, Any]) -> str:
    """How a fact is known, as MyST text."""
    if fact["status"] == "shown":
        return f"shown by the cell `{fact['cell']}`"
    if fact["status"] == "replayed":
        return f"replayed from {fact['recorded']['version']}"
    return f"[source]({fact['source']})"


class Facts(SphinxDirective):
    """A section for each chapter, a row for each fact."""

    def run(self) -> list[nodes.Node]:
        folder = Path(self.env.srcdir, "tests", "facts")
        lines: list[str] = []
        counts: Counter[str] = Counter()
        for path in sorted(folder.glob("*.toml")):
            self.env.note_dependency(str(path))
            facts = tomllib.loads(path.read_text(encoding="utf-8"))["fact"]
            counts.update(fact["status"] for fact in facts)
            lines += ["", f"## {{doc}}`/notebooks/{path.stem}`", ""]
            lines += ["| | fact | how it is known |", "|---|---|---|"]
            for fact in facts:
                said = fact["text"].replace("|", "\\|")
                lines.append(f"| {fact['number']} | {said} | {proof(fact)} |")
        total = ", ".join(f"{n} {status}" for status, n in sorted(counts.items()))
        lines.insert(0, f"So far {counts.total()} facts: {total}.")
        node = nodes.section()
        node.document = self.state.document
        source = str(folder)
        self.state.nested_parse(
            StringList(lines, source=source), 0, node, match_titles=True
        )
        return node.children


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("facts", Facts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
