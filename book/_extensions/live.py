"""Let a notebook's cell run on another page, by itself.

    ```{live} 03_protocol:shared-instance
    ```

The cell is shown with the imports that it uses, so that it needs no other cell, and
with what it printed. It has the controls that it has in its chapter: it is drawn when
the reader asks for that.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

from cells import Cell, text
from docutils import nodes
from needs import names
from runnable import Runnable
from sphinx.application import Sphinx

TIMELINE = re.compile(r"\A# timeline:.*\n")


def alone(notebook: Path, identity: str) -> str:
    """The source of a cell after the imports, of cells before it, that it uses.

    Raises
    ------
    ValueError
        If it also uses what an earlier cell defines.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    at = [cell["id"] for cell in code].index(identity)
    source = TIMELINE.sub("", text(code[at]["source"]))
    wanted, imports, defined = set(names(source)[0]), dict[str, str](), set[str]()
    for cell in code[:at]:
        earlier = text(cell["source"])
        defined |= set(names(earlier)[1])
        for statement in ast.walk(ast.parse(earlier)):
            if isinstance(statement, ast.Import | ast.ImportFrom):
                imports |= taken(statement, wanted)
    if missing := (wanted & defined) - imports.keys():
        raise ValueError(f"{identity} also uses {', '.join(sorted(missing))}")
    used = dict.fromkeys(imports.values())
    return "\n".join([*used, "", "", source]) if used else source


def taken(statement: ast.Import | ast.ImportFrom, wanted: set[str]) -> dict[str, str]:
    """What an import brings of these names: by name, the statement without others."""
    aliases = [each for each in statement.names if (each.asname or each.name) in wanted]
    statement.names = aliases
    return {each.asname or each.name: ast.unparse(statement) for each in aliases}


class Live(Cell):
    """``{live} NOTEBOOK:ID``: the cell, its output, and what its controls need."""

    def run(self) -> list[nodes.Node]:
        _, *outputs = super().run()
        name, _, identity = self.arguments[0].partition(":")
        try:
            source = alone(
                Path(self.env.srcdir, "notebooks", f"{name}.ipynb"), identity
            )
        except ValueError as problem:
            raise self.error(str(problem)) from None
        code = nodes.literal_block(source, source, language="python")
        cell = Runnable("", classes=["cell"])
        cell["data"] = {
            "data-notebook": name,
            "data-cell": f"{identity}-alone",
            "data-role": "code",
            "data-binds": " ".join(sorted(names(source)[1])),
        }
        cell += nodes.container("", code, classes=["cell_input"])
        cell += nodes.container("", *outputs, classes=["cell_output"])
        return [cell]

    def wanted(self, output: dict[str, Any], alive: bool) -> bool:
        return "image/svg+xml" not in output.get("data", {})


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("live", Live)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
