"""Slides of the timelines, a page for each part of the book.

The drawings are the outputs that the notebooks store; a sentence for each stands in
``slides.toml``. A page needs nothing else: keys turn it, and printing gives a sheet
for each slide.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt

from tasks import exercises as notebooks
from tasks._selection import ROOT

__all__ = ["Slide", "parts", "slides", "write_slides"]

HERE = Path(__file__).parent
_TITLE = re.compile(r"<title>(.*?)</title>", re.S)
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_BOTTOM = re.compile(r'data-bottom="([\d.]+)"')
_SAID = re.compile(r"<(title|desc)>.*?</\1>", re.S)
_WIDE, _HIGH, _COLUMNS = 1150.0, 540.0, (1, 2, 3, 4)  # px of a small screen
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Slide:
    """A drawing with its sentence.

    Attributes
    ----------
    chapter
        The notebook's name without its ending, such as ``"03_protocol"``.
    cell
        The cell's id.
    title, sentence
        The drawing's own title, and what it shows, in Markdown.
    svg
        The drawing.
    """

    chapter: str
    cell: str
    title: str
    sentence: str
    svg: str


def parts() -> dict[str, list[str]]:
    """The parts by their captions, each with its chapters' notebooks."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    return {
        part["caption"]: [
            Path(chapter["file"]).name
            for chapter in part["chapters"]
            if re.match(r"notebooks/\d", chapter["file"])
        ]
        for part in contents["parts"]
        if part.get("numbered")
    }


def slides(chapter: str) -> list[Slide]:
    """A chapter's drawings in order, each with its sentence.

    Raises
    ------
    KeyError
        A drawing has no sentence in ``slides.toml``.
    """
    sentences = tomllib.loads((HERE / "slides.toml").read_text("utf-8"))
    path = ROOT / "notebooks" / f"{chapter}.ipynb"
    return [
        Slide(
            chapter,
            cell["id"],
            _title(svg),
            sentences[chapter][cell["id"]].strip(),
            svg,
        )
        for cell in json.loads(path.read_text("utf-8"))["cells"]
        for svg in drawings(cell)
    ]


def drawings(cell: dict[str, Any]) -> list[str]:
    """The timelines among a cell's stored outputs."""
    found = [
        output.get("data", {}).get("image/svg+xml")
        for output in cell.get("outputs", [])
    ]
    return [svg if isinstance(svg, str) else "".join(svg) for svg in found if svg]


def in_columns(svg: str) -> str:
    """A drawing for a screen: a long one is cut between rows, into columns."""
    size = _SIZE.search(svg)
    if size is None:
        return svg
    width, height = map(float, size.groups())
    bottoms = [float(y) for y in _BOTTOM.findall(svg)]
    scales = {n: min(_WIDE / (n * width), _HIGH * n / height) for n in _COLUMNS}
    count = max(scales, key=lambda n: scales[n])
    if count == 1 or not bottoms:
        return svg
    ideal = [height * n / count for n in range(1, count)]
    inner = [min(bottoms, key=lambda y, at=at: abs(y - at)) for at in ideal]
    cuts = [0.0, *inner, height]
    opening, body = svg[: svg.index(">") + 1], svg[svg.index(">") + 1 :]
    columns = [
        f'<svg x="{width * n:g}" width="{width:g}" height="{bottom - top:g}" '
        f'viewBox="0 {top:g} {width:g} {bottom - top:g}">'
        + (_SAID.sub("", body) if n else body)
        for n, (top, bottom) in enumerate(pairwise(cuts))
    ]
    highest = max(bottom - top for top, bottom in pairwise(cuts))
    whole = f'viewBox="0 0 {width * count:g} {highest:g}"'
    return f"{_SIZE.sub(whole, opening)}{''.join(columns)}</svg>"


def write_slides(folder: Path) -> list[Path]:
    """Write a page for each part into a folder; return the pages."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for number, (caption, chapters) in enumerate(parts().items(), 1):
        path = folder / f"part-{number}.html"
        path.write_text(_page(caption, chapters), "utf-8")
        written.append(path)
    return written


def _page(caption: str, chapters: list[str]) -> str:
    shown = [
        f"<section><h1>{escape(caption)}</h1>"
        "<p>Arrow keys turn the pages. Printing gives one sheet each.</p></section>"
    ]
    for chapter in chapters:
        number = int(chapter.partition("_")[0])
        title = notebooks.chapter_title(chapter)
        for slide in slides(chapter):
            sentence = _MARKDOWN.renderInline(slide.sentence)
            shown.append(
                f'<section id="{chapter}-{slide.cell}">'
                f"<p class=chapter>{number} · {escape(title)}</p>"
                f"<h2>{sentence}</h2>\n<figure>{in_columns(slide.svg)}</figure></section>"
            )
    return f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>async with: {escape(caption)}</title>
<style>
{(HERE / "slides.css").read_text("utf-8")}</style>
</head>
<body>
<main>
{chr(10).join(shown)}
</main>
<p id="place" aria-live="polite"></p>
<script>
{(HERE / "slides.js").read_text("utf-8")}</script>
</body>
</html>
"""


def _title(svg: str) -> str:
    found = _TITLE.search(svg)
    return found[1] if found else ""
