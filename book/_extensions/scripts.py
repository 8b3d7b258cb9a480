"""Leave out of each page the scripts of thebe, which the book does not use.

Jupyter Book adds them to every page; the snippet declares a constant twice and
so puts an error into every reader's console.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def without_thebe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object
) -> None:
    context["script_files"] = [
        script
        for script in context["script_files"]
        if "thebe" not in str(script.filename).lower()
        and "thebe" not in str(script.attributes.get("body", "")).lower()
    ]


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", without_thebe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
