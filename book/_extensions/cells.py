"""Show a notebook's cell, with its stored output, on another page.

    ```{cell} 03_protocol:front-page
    ```

With the option ``:alive:`` its timeline comes without the code and grows once.
The cell stays where it is executed and compared; nothing is copied by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)


def figure(svg: str, more: str = "") -> str:
    """The HTML around an inline timeline: it can be scrolled by keyboard."""
    return f'<figure class="aw-timeline-figure{more}" tabindex="0">{svg}</figure>'


class Cell(SphinxDirective):
    """``{cell} NOTEBOOK:ID``: the cell's source and its stored outputs."""

    required_arguments = 1
    option_spec: ClassVar = {"alive": directives.flag}

    def run(self) -> list[nodes.Node]:
        name, _, identity = self.arguments[0].partition(":")
        path = Path(self.env.srcdir, "notebooks", f"{name}.ipynb")
        self.env.note_dependency(str(path))
        if not path.is_file():
            raise self.error(f"there is no notebook {name!r}")
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found = [cell for cell in cells if cell["id"] == identity]
        if not found:
            raise self.error(f"{name} has no cell {identity!r}")
        source = text(found[0]["source"])
        code = nodes.literal_block(source, source, language="python")
        alive = "alive" in self.options
        outputs = [
            self.output(output)
            for output in found[0]["outputs"]
            if self.wanted(output, alive)
        ]
        return outputs if alive else [code, *outputs]

    def wanted(self, output: dict[str, Any], alive: bool) -> bool:
        """Whether an output is shown; of one that is alive, its timeline alone."""
        return not alive or "image/svg+xml" in output.get("data", {})

    def output(self, output: dict[str, Any]) -> nodes.Node:
        data = output.get("data", {})
        if "image/svg+xml" in data:
            more = " aw-alive" if "alive" in self.options else ""
            html = figure(text(data["image/svg+xml"]), more)
            return nodes.raw("", html, format="html")
        said = text(output.get("text", data.get("text/plain", ""))).rstrip("\n")
        return nodes.literal_block(said, said, language="text", classes=["output"])


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("cell", Cell)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
