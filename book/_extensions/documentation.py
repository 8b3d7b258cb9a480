"""Say beside each link to Python's documentation what stands there.

The sentences are ours, in ``book/python.toml``, by the link's address below the host;
``browser/page/cards.js`` shows them. A link of which the table does not tell is a
warning, and so an error of the build.
"""

from __future__ import annotations

import re
import tomllib
from html import escape, unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

LOG = logging.getLogger(__name__)
HOST = "https://docs.python.org/"
TABLE = Path("book", "python.toml")
LINK = re.compile(rf'<a class="reference external" href="{re.escape(HOST)}([^"]+)"')


def table(source: Path) -> dict[str, dict[str, str]]:
    """The ``name`` of what a link leads to, and what it ``says``, by address."""
    return tomllib.loads((source / TABLE).read_text("utf-8"))


def tell(
    app: Sphinx,
    page: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if doctree is None:
        return
    known = table(Path(app.srcdir))

    def add(link: re.Match[str]) -> str:
        told = known.get(unescape(link[1]))
        if told is None:
            LOG.warning("%s: tell in %s of %s", page, TABLE, link[1])
            return link[0]
        words = " ".join(f'data-{key}="{escape(told[key])}"' for key in sorted(told))
        return f"{link[0]} {words}"

    context["body"] = LINK.sub(add, context["body"])


def watch(app: Sphinx, doctree: nodes.document) -> None:
    app.env.note_dependency(str(Path(app.srcdir, TABLE)))


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-read", watch)
    app.connect("html-page-context", tell)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
