"""A submission's code, from a Python file or out of a notebook.

A notebook's cells are compiled one by one, so that messages can name the cell
and the line within it; top-level ``await`` works there as it does in Jupyter.
"""

from __future__ import annotations

import ast
import inspect
import json
import linecache
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Block", "read_submission", "run_blocks", "syntax_mistake"]

_CHECK_CALL = re.compile(r"(?m)^([ \t]*)(?:\w+ *= *)?await +check\(.*$")
_MAGIC = re.compile(r"(?m)^[ \t]*[%!?].*$")


@dataclass(frozen=True)
class Block:
    """A piece of code that is compiled as one: a whole file, or one cell."""

    label: str
    source: str


def read_submission(path: Path, exercise: str) -> list[Block]:
    """The code that a file holds for an exercise.

    Of a notebook these are the cells from the one whose metadata name the
    exercise up to its check; without such metadata, all code cells up to the
    check. The check itself and lines of magics are left out.

    Raises
    ------
    ValueError
        A ``.ipynb`` that is no notebook, or text that is not UTF-8.
    """
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: expected UTF-8 text, {error}") from None
    if path.suffix != ".ipynb":
        return [Block(str(path), text)]
    try:
        cells = json.loads(text)["cells"]
        code = [
            (number, _exercise_of(cell), "".join(cell["source"]))
            for number, cell in enumerate(cells, 1)
            if cell["cell_type"] == "code"
        ]
    except (ValueError, KeyError, TypeError):
        raise ValueError(
            f"{path}: expected a Jupyter notebook (JSON with cells)"
        ) from None
    return [
        Block(f"cell {number}", _plain(source))
        for number, source in _for(exercise, code)
    ]


def _for(exercise: str, code: list[tuple[int, str, str]]) -> list[tuple[int, str]]:
    own = [i for i, (_, name, _) in enumerate(code) if name == exercise]
    check = re.compile(rf"check\(\s*[\"']{re.escape(exercise)}[\"']")
    end = next((i for i, cell in enumerate(code) if check.search(cell[2])), len(code))
    start = own[0] if own else 0
    return [
        (number, source)
        for number, name, source in code[start : end if end > start else None]
        if name in ("", exercise) or not own
    ]


def _exercise_of(cell: dict[str, Any]) -> str:
    """The exercise that a cell's metadata name: ours, or nbgrader's grade_id."""
    metadata = cell.get("metadata", {})
    if "exercise" in metadata:
        return str(metadata["exercise"])
    grade_id = str(metadata.get("nbgrader", {}).get("grade_id", ""))
    return grade_id.removesuffix("-check").replace("-", "/", 1)


def _plain(source: str) -> str:
    if source.lstrip().startswith("%%"):
        return ""
    return _MAGIC.sub("", _CHECK_CALL.sub(r"\1pass", source))


async def run_blocks(blocks: list[Block], names: dict[str, Any]) -> None:
    """Compile all blocks, then run them in order in one namespace.

    Raises
    ------
    SyntaxError
        Before anything runs. Anything else is what the code itself raises.
    """
    compiled = [
        compile(
            block.source,
            block.label,
            "exec",
            flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            if block.label.startswith("cell ")
            else 0,
            dont_inherit=True,
        )
        for block in blocks
    ]
    for block, code in zip(blocks, compiled, strict=True):
        lines = block.source.splitlines(keepends=True)
        linecache.cache[block.label] = (len(block.source), None, lines, block.label)
        result = eval(code, names)
        if code.co_flags & inspect.CO_COROUTINE:
            await result


def syntax_mistake(error: SyntaxError) -> str:
    """A syntax error in one line: ``line 3: expected ':'``."""
    cell = f"{error.filename}, " if str(error.filename).startswith("cell ") else ""
    return f"{cell}line {error.lineno}: {error.msg}"
