"""Which solutions are the same but for names, comments and layout: a hint, no proof.

Short exercises have few good solutions, so that honest ones are alike. What is
listed is worth a look by a person, and is nothing to grade by.
"""

from __future__ import annotations

import ast
import hashlib
from collections import defaultdict
from pathlib import Path
from typing import cast

import nbformat

from asyncwith.catalogue import find

__all__ = ["alike", "normalised"]


class _Plain(ast.NodeTransformer):
    """Names in the order of their first use, and no docstrings."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def visit(self, node: ast.AST) -> ast.AST:
        for field in ("id", "arg", "name", "attr"):
            if isinstance(name := getattr(node, field, None), str):
                known = self.names.setdefault(name, f"n{len(self.names)}")
                setattr(node, field, known)
        body = getattr(node, "body", None)
        if isinstance(body, list):
            statements = cast("list[ast.stmt]", body)
            if len(statements) > 1 and _is_text(statements[0]):
                del statements[0]
        return self.generic_visit(node)


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def normalised(source: str) -> str:
    """A digest that layout, comments, docstrings and names do not change.

    Code that cannot be parsed is compared as the text that it is.

    Examples
    --------
    >>> normalised("def f(x):\\n    return x + 1") == normalised(
    ...     "def add(number):\\n    'Add.'\\n    return number + 1  # one more"
    ... )
    True
    """
    try:
        text = ast.dump(_Plain().visit(ast.parse(source)))
    except SyntaxError:
        text = "".join(source.split())
    return hashlib.sha256(text.encode()).hexdigest()


def alike(course: Path, assignment: str) -> list[tuple[str, list[str]]]:
    """The exercises with the students whose solutions are alike.

    The starter, and the book's own solution, which students may find, are not
    counted.
    """
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path in sorted((course / "submitted").glob(f"*/{assignment}/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            marked = cell.metadata.get("nbgrader", {})
            if cell.cell_type != "code" or not marked.get("solution"):
                continue
            name = marked["grade_id"].replace("-", "/", 1)
            digest = normalised(cell.source)
            exercise = find(name)
            known = map(exercise.read, ("starter.py", "solution.py"))
            if digest not in map(normalised, known):
                groups[name, digest].append(path.parents[1].name)
    return sorted(
        (name, students) for (name, _), students in groups.items() if len(students) > 1
    )
