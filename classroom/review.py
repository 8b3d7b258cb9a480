"""Make a graded notebook harmless to look at.

nbgrader's formgrader and its feedback show outputs as they are, in the
teacher's own page: a student's HTML would run there with the teacher's rights.
What is left here is text and pictures of pixels, each rebuilt from its parts,
since a kernel can also send what no kernel would. Markdown is shown as it was
written where its page would load something, or lead back into the teacher's server.
"""

from __future__ import annotations

import base64
import binascii
import mimetypes
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

from nbconvert.filters import markdown2html
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor

__all__ = [
    "PlainOutputs",
    "harmless",
    "patterns_of_pages",
    "plain",
    "templates_on_path",
]

_PICTURES = ("image/png", "image/jpeg")
_PAGES = re.compile(r"html|[+/]xml|javascript|ecmascript")
_OUTSIDE = re.compile(r"#.*|https?://([a-z0-9-]+\.)+[a-z]{2,}([/?#].*)?", re.I | re.S)
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


class PlainOutputs(NbGraderPreprocessor):
    """Keep of each output its text and its pictures; clean the Markdown."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Clean a notebook in place."""
        sanitize: Any = SanitizeHTML()
        sanitize.tags = [*sanitize.tags, "details", "summary"]  # our hints
        for index, cell in enumerate(nb.cells):
            cell.pop("attachments", None)
            if cell.cell_type == "code":
                cell.outputs = [plain(output) for output in cell.outputs]
                if type(cell.execution_count) is not int:
                    cell.execution_count = None
            else:
                sanitize.preprocess_cell(cell, resources, index)
                if not harmless(cell.source):
                    cell.source = _as_written(cell.source)
        nb.metadata.kernelspec = dict(_KERNEL)
        nb.metadata.language_info = {"name": "python"}
        nb.metadata.pop("widgets", None)
        return nb, resources


def plain(output: Any) -> Any:
    """Return one output as text and pixels, and nothing else.

    Examples
    --------
    >>> shown = {"text/plain": "a table", "text/html": "<script>1</script>"}
    >>> plain({"output_type": "display_data", "data": shown, "metadata": {}})["data"]
    {'text/plain': 'a table'}
    """
    kind = output["output_type"]
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=_text(output.get("text")))
    if kind == "error":
        return new_output(
            "error",
            ename=_text(output.get("ename")),
            evalue=_text(output.get("evalue")),
            traceback=[_text(line) for line in output.get("traceback", [])],
        )
    data = output.get("data", {})
    kept = {"text/plain": _text(data.get("text/plain", "(no text)"))}
    for mime in _PICTURES:
        if mime in data and (picture := _pixels(data[mime])):
            kept[mime] = picture
    if kind == "execute_result":
        count = output.get("execution_count")
        count = count if type(count) is int else None
        return new_output("execute_result", data=kept, execution_count=count)
    return new_output("display_data", data=kept)


def harmless(source: str) -> bool:
    """Whether the page of this Markdown runs nothing, and loads nothing.

    Examples
    --------
    >>> harmless("as [the documentation](https://docs.python.org/3/) says")
    True
    >>> harmless("[my answer](javascript:alert%281%29)")
    False
    >>> harmless("![my drawing](/formgrader?path=submitted)")
    False
    """
    reader = _Addresses()
    try:
        reader.feed(markdown2html(source))
    except Exception:  # no page can be made of it, and nobody could see the others
        return False
    return all(map(_OUTSIDE.fullmatch, reader.found))


class _Addresses(HTMLParser):
    """What a page leads to or loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append("")  # one that is loaded at once, wherever it is
        self.found += [value or "" for name, value in attrs if name == "href"]


def _as_written(source: str) -> str:
    """Markdown that shows this Markdown's text."""
    return "\n".join(f"    {line}" for line in re.split(r"\r\n|[\r\n]", source))


def patterns_of_pages() -> list[str]:
    """Patterns of the names of files that a browser would run, in any case.

    Examples
    --------
    >>> from fnmatch import fnmatchcase
    >>> names = ["page.html", "PAGE.HTM", "a.Svg", "b.xht", "notes.txt", "c.ipynb"]
    >>> [n for n in names if any(fnmatchcase(n, p) for p in patterns_of_pages())]
    ['page.html', 'PAGE.HTM', 'a.Svg', 'b.xht']
    """
    mimetypes.init()
    known = {**mimetypes.common_types, **mimetypes.types_map}
    kinds = {kind for kind, mime in known.items() if _PAGES.search(mime)}
    kinds |= {f".{kind}" for kind in ("htm", "html", "js", "mjs", "svg", "svgz", "xht")}
    kinds |= {f".{kind}" for kind in ("xhtml", "xml", "xsl", "xslt")}
    return sorted(
        "*" + "".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in kind.lower())
        for kind in kinds
    )


def templates_on_path() -> None:
    """Have nbconvert find our templates first, in feedback and formgrader alike."""
    templates = str(Path(__file__).with_name("templates"))
    found = os.environ.get("JUPYTER_PATH", "").split(os.pathsep)
    if templates not in found:  # the settings are loaded at each request
        paths = [templates, *filter(None, found)]
        os.environ["JUPYTER_PATH"] = os.pathsep.join(paths)


def _text(value: Any) -> str:
    lines = cast("list[Any]", value) if isinstance(value, list) else [value]
    return "".join(map(str, lines))


def _pixels(value: Any) -> str:
    """The picture, encoded anew: nothing that leaves its attribute."""
    try:
        return base64.b64encode(base64.b64decode(_text(value))).decode()
    except (binascii.Error, ValueError):
        return ""
