"""Hold the notebooks against the style guide: sizes of cells, words, tags.

The figures are printed for each notebook. Red: a code cell over 25 lines or 79
columns, one that was never executed, an unknown tag, a file that is not in
canonical form, or a word that tells the reader how they should feel.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat

from tasks._selection import ROOT, notebooks
from tasks.refresh import canonical, code_cells
from tests.notebooks.strict import EXEMPTIONS

LINES, COLUMNS = 25, 79  # of one code cell
WORDS_A_MINUTE = 200  # of prose, read with attention
LINES_A_MINUTE = 15  # of code, read and predicted
REASONS = {  # why a cell cannot run in the browser
    "database-sessions",
    "threads",
    "signals",
    "subprocess",
    "nested-loop",
    "blocking",
    "loop-internals",
}
OTHER_TAGS = {"hide-input", "starter"}  # a solution; the code block before it
UNWELCOME = re.compile(
    r"\b(simply|obvious(ly)?|of course|easy|easily|trivial(ly)?|let's|dive in|"
    r"worth noting|powerful|robust|seamless(ly)?)\b|(?<=[a-z])!(?=\s|$)",
    re.I,
)


def prose(cell: Any) -> str:
    """A text cell without its code blocks, code spans and link targets."""
    text = re.sub(r"```.*?```", "", cell.source, flags=re.S)
    text = re.sub(r"`[^`]*`", "", text)
    return re.sub(r"\]\([^)]*\)", "]", text)


def tag_problem(tag: str) -> str | None:
    kind, _, reason = tag.partition(":")
    if (kind == "local-only" and reason in REASONS) or tag in OTHER_TAGS:
        return None
    if kind == "since" and re.fullmatch(r"\d+\.\d+\.\d+", reason):
        return None  # earlier Pythons must print something else
    return f"unknown tag {tag!r}"


def problems(path: Path, notebook: Any) -> list[str]:
    """What the style guide refuses in one notebook, each with its cell."""
    found: list[str] = []
    if path.read_text(encoding="utf-8") != canonical(nbformat.from_dict(notebook)):
        found.append("not in canonical form: python3 run.py refresh --accept it")
    for cell in notebook.cells:
        said: list[str] = []
        if cell.cell_type == "code":
            lines = cell.source.split("\n")
            if len(lines) > LINES and "hide-input" not in cell.metadata.get("tags", []):
                said.append(f"{len(lines)} lines, at most {LINES}")
            if (wide := max(map(len, lines))) > COLUMNS:
                said.append(f"a line of {wide} columns, at most {COLUMNS}")
            if cell.execution_count is None:
                said.append("never executed")
            if EXEMPTIONS.search(cell.source):
                said.append("exempted from comparison")
        elif "exercises" not in path.parts and (word := UNWELCOME.search(prose(cell))):
            said.append(f"the word {word.group(0)!r}")
        said += filter(None, map(tag_problem, cell.metadata.get("tags", [])))
        found += [f"{cell.id}: {what}" for what in said]
    return found


def minutes(cells: Iterable[Any]) -> float:
    """How long it takes to read these cells, text and code, in minutes."""
    words = lines = 0
    for cell in cells:
        if cell.cell_type == "markdown":
            words += len(prose(cell).split())
        elif cell.cell_type == "code":
            lines += cell.source.count("\n") + 1
    return words / WORDS_A_MINUTE + lines / LINES_A_MINUTE


def figures(notebook: Any) -> str:
    cells = list(code_cells(notebook))
    lines = [cell.source.count("\n") + 1 for cell in cells]
    words = sum(
        len(prose(cell).split())
        for cell in notebook.cells
        if cell.cell_type == "markdown"
    )
    ninth = statistics.quantiles(lines, n=10)[-1] if len(lines) > 1 else lines[0]
    took = minutes(notebook.cells)
    tags = [tag for cell in cells for tag in cell.metadata.get("tags", [])]
    local = sum(tag.startswith("local-only") for tag in tags)
    return (
        f"{len(cells):3d} cells, {statistics.median(lines):4.1f}/{ninth:4.1f} lines, "
        f"{words:5d} words, {words / sum(lines):4.1f} a line, {took:3.0f} min, "
        f"{local:2d} local-only"
    )


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="run.py style",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(argv)
    red = 0
    for name in notebooks():
        path = ROOT / name
        notebook = nbformat.read(path, as_version=4)
        print(f"{name.removeprefix('notebooks/'):<28} {figures(notebook)}")
        for problem in problems(path, notebook):
            print(f"    {problem}")
            red += 1
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
