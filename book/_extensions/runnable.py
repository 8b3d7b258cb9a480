"""Write into each code cell of a page what its controls need to know.

A cell's container gets these attributes, so that the page's scripts guess nothing:

``data-notebook``    the notebook: ``03_protocol``, ``exercises/03_protocol``
``data-cell``        the cell's id
``data-role``        ``code``; ``starter``, the reader's part of an exercise;
                     ``solution``, which is run only when asked
``data-needs``       ids of the earlier cells that bind a name that it reads
``data-binds``        the names that it binds: an edited cell may read any of them
``data-local-only``  why it cannot run in a browser; the same is said below it

An exercise's starter is a code block in a text cell; it becomes a cell to run.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from docutils import nodes
from needs import names, needs
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

LOGGER = logging.getLogger(__name__)
FENCE = re.compile(r"```python\n(.*?)\n```", re.S)


class Runnable(nodes.container):
    """A code cell's container whose attributes reach the page."""


class Cells(SphinxPostTransform):
    """Replace the containers of code cells by those with attributes."""

    default_priority = 190  # before myst-nb wraps what is hidden
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        name = self.env.docname
        if not name.startswith("notebooks/"):
            return
        path = Path(self.env.doc2path(name))
        cells = read(path)
        reasons = tomllib.loads(
            Path(self.app.srcdir, "browser", "local-only.toml").read_text("utf-8")
        )
        of_id = {cell["data-cell"]: cell for cell in cells}
        by_index = {cell["index"]: cell for cell in cells if "index" in cell}
        for container in list(self.document.findall(nodes.container)):
            if container.get("nb_element") == "cell_code":
                self.replace(container, by_index[container["cell_index"]], reasons)
        for cell in of_id.values():
            if cell["data-role"] == "starter":
                self.wrap(cell)

    def replace(
        self, container: nodes.container, cell: dict[str, Any], reasons: dict[str, str]
    ) -> None:
        runnable = Runnable("", *container.children, **container.attributes)
        runnable["data"] = attributes(cell)
        reason = cell.get("data-local-only")
        if reason is not None:
            runnable["classes"].append("aw-local-only")
            note = nodes.paragraph(classes=["aw-note"])
            note += nodes.strong("", "Runs on your machine only")
            note += nodes.Text(f": {reasons[reason]}")
            runnable += note
        container.replace_self(runnable)

    def wrap(self, cell: dict[str, Any]) -> None:
        """Make the code block of a starter a cell."""
        for block in list(self.document.findall(nodes.literal_block)):
            plain = not isinstance(block.parent, nodes.container)
            if plain and block.astext().rstrip("\n") == cell["source"].rstrip("\n"):
                source = nodes.container(classes=["cell_input"])
                runnable = Runnable("", source, classes=["cell"])
                runnable["data"] = attributes(cell)
                block.replace_self(runnable)
                source += block
                return
        LOGGER.warning("the starter %s was not found on its page", cell["data-cell"])


def attributes(cell: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in cell.items() if name.startswith("data-")}


def read(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook that can be run, starters included."""
    notebook = path.with_suffix("").as_posix().rpartition("notebooks/")[2]
    found: list[dict[str, Any]] = []
    for index, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
        tags = cell["metadata"].get("tags", [])
        source = "".join(cell["source"])
        about = {"data-notebook": notebook, "data-cell": cell["id"], "source": source}
        if cell["cell_type"] == "code":
            role = "solution" if "hide-input" in tags else "code"
            about |= {"data-role": role, "index": index}
            for tag in tags:
                if tag.startswith("local-only:"):
                    about["data-local-only"] = tag.partition(":")[2]
            found.append(about)
        elif "starter" in tags and (fence := FENCE.search(source)):
            found.append({**about, "data-role": "starter", "source": fence[1]})
    # What a solution binds, the reader's own part binds as well.
    asked = [cell for cell in found if cell["data-role"] != "solution"]
    for cell, places in zip(
        asked, needs([cell["source"] for cell in asked]), strict=True
    ):
        if binds := names(cell["source"])[1]:
            cell["data-binds"] = " ".join(sorted(binds))
        needed = [asked[place]["data-cell"] for place in places]
        slug = cell["data-cell"].removesuffix("-check")
        if (starter := f"{slug}-starter") in {each["data-cell"] for each in asked}:
            needed += [starter] if cell["data-cell"] != starter else []
        if needed:
            cell["data-needs"] = " ".join(needed)
    return found


def visit(translator: HTML5Translator, node: Runnable) -> None:
    data = node.get("data", {})
    translator.body.append(
        translator.starttag(node, "div", CLASS="docutils container", **data)
    )


def depart(translator: HTML5Translator, node: Runnable) -> None:
    translator.body.append("</div>\n")


def visit_other(translator: Any, node: Runnable) -> None:
    translator.visit_container(node)


def depart_other(translator: Any, node: Runnable) -> None:
    translator.depart_container(node)


def setup(app: Sphinx) -> dict[str, Any]:
    other = (visit_other, depart_other)
    app.add_node(Runnable, html=(visit, depart), latex=other, text=other)
    app.add_post_transform(Cells)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
