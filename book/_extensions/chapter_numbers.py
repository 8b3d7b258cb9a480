"""Number each chapter as its file is numbered.

Sphinx counts the chapters that the contents name. The texts refer to chapters
by their numbers, and a chapter that is still to be written leaves a gap: so it
is the file's name, such as ``19_leaks``, that says which chapter it is.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

CHAPTER = re.compile(r"notebooks/(\d+)_\w+")
AFTER_SPHINX = 900  # whose own numbering runs at the default of 500


def renumber(app: Sphinx, env: BuildEnvironment) -> list[str]:
    for document, numbers in env.toc_secnumbers.items():
        if (match := CHAPTER.fullmatch(document)) is None:
            continue
        chapter = int(match[1])
        for anchor, number in numbers.items():
            if number:  # None below the depth to which is numbered
                numbers[anchor] = (chapter, *number[1:])
        links = [
            link
            for toc in env.tocs.values()
            for link in toc.findall(nodes.reference)
            if link.get("refuri") == document
        ]
        for node in [env.titles[document], *links]:
            if number := node.get("secnumber"):
                node["secnumber"] = (chapter, *number[1:])
    return []


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("env-get-updated", renumber, priority=AFTER_SPHINX)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
