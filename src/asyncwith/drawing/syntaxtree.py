"""Rewrites a cell's syntax tree so that its ``with`` blocks can be drawn.

Each ``with`` and ``async with`` is put between two blocks of the lab's own, which
tell the running recording when it is entered and left, and how. The context
manager itself is never replaced or wrapped: the interpreter sees the true object,
so lookups, errors and their messages stay Python's own. ::

    async with pool() as p:     with HELPER.statement(7):
        body                        async with HELPER.enter(pool(), 7) as p:
                                        with HELPER.body(7):
                                            body

``HELPER.enter`` returns its argument, and the exits of the other two return None.
They are blocks and no ``try``, because an exception that passes through a block
leaves everything as it was: type, message, notes, context, traceback, and the line
that the frame stands on (IPython prints it), which a ``raise`` in a handler moves.
No name is added to any namespace but one to ``builtins``, and every new node
carries the position of the statement. A header of several items becomes nested
statements, which the language reference defines as equivalent. ``await`` and
``async for`` are left alone: their waits are seen from outside, by
``asyncwith.drawing.recording``.
"""

from __future__ import annotations

import ast
from typing import Any, TypeVar

from asyncwith.drawing.blocks import HELPER, Range, install, new_site
from asyncwith.drawing.waits import label_of

__all__ = ["transform"]

# CPython compiles at most 20 nested blocks in one function (CO_MAXBLOCKS); a
# drawn `with` takes three of them. What would not fit is left undrawn.
_BLOCKS, _DRAWN = 20, 3

_T = TypeVar("_T", bound=ast.AST)


def _range(node: ast.stmt | ast.expr) -> Range:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset


def transform(tree: _T, source: str | None = None) -> _T:
    """Return the tree with its ``with`` blocks made visible to a recording.

    Parameters
    ----------
    tree
        A module, as ``ast.parse`` returns it. It is changed in place.
    source
        Its text: labels are taken from it as written. Without it they are
        unparsed from the tree.

    Returns
    -------
    The same tree, ready for ``compile``. It behaves as before; while nothing is
    recorded, each block costs a few function calls.

    Example
    -------
    >>> from contextlib import nullcontext
    >>> tree = transform(ast.parse("with nullcontext('here') as where: pass"))
    >>> exec(compile(tree, "<cell>", "exec"))
    >>> where
    'here'
    """
    install()
    return _Draw(source).visit(tree)


def _height(nodes: list[ast.stmt]) -> int:
    """Return how many nested blocks these statements need, at most."""
    best = 0
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        inner = 0
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                inner = max(inner, _height([child]))
            elif isinstance(child, (ast.ExceptHandler, ast.match_case)):
                inner = max(inner, _height(child.body))
        best = max(best, inner + _cost(node))
    return best


def _cost(node: ast.AST) -> int:
    if isinstance(node, (ast.Try, ast.TryStar)):
        return 4
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return len(node.items)
    return int(isinstance(node, (ast.For, ast.AsyncFor, ast.While)))


class _Draw(ast.NodeTransformer):
    def __init__(self, source: str | None) -> None:
        self.source = source
        self.depth = 0

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self._with(node)
        before = self.depth
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self.depth = 0
        else:
            self.depth += _cost(node)
        try:
            return self.generic_visit(node)
        finally:
            self.depth = before

    def _with(self, node: ast.With | ast.AsyncWith) -> ast.stmt:
        before = self.depth
        first, *others = node.items
        inside = _height(node.body) + len(others)
        if self.depth + _DRAWN + inside > _BLOCKS:
            self.depth += len(node.items)
            self.generic_visit(node)
            self.depth = before
            return node
        expression = first.context_expr
        label = label_of(expression, self.source)
        number = new_site(label, _range(node), _range(expression))
        self.depth += _DRAWN
        if others:
            body = [type(node)(items=others, body=node.body)]
            body = [self.visit(ast.copy_location(body[0], node))]
        else:
            body = [self.visit(child) for child in node.body]
        self.depth = before
        entering = _call(expression, "enter", self.visit(expression), number)
        target = first.optional_vars and self.visit(first.optional_vars)
        at = _start(node)
        inner = ast.With([ast.withitem(_call(at, "body", number))], body)
        item = ast.withitem(context_expr=entering, optional_vars=target)
        block = type(node)(items=[item], body=[ast.copy_location(inner, at)])
        drawn = ast.With(
            [ast.withitem(_call(at, "statement", number))],
            [ast.copy_location(block, node)],
        )
        return ast.copy_location(drawn, at)


def _start(node: ast.stmt) -> ast.Name:
    """Return a node that stands on the word ``with`` of the statement."""
    word = ast.Name("_", ast.Load())
    word.lineno = word.end_lineno = node.lineno
    word.col_offset = node.col_offset
    word.end_col_offset = node.col_offset + 4
    return word


def _call(at: ast.expr, method: str, *values: ast.expr | int) -> ast.Call:
    name = ast.copy_location(ast.Name(HELPER, ast.Load()), at)
    function = ast.copy_location(ast.Attribute(name, method, ast.Load()), at)
    arguments = [
        ast.copy_location(ast.Constant(value), at) if isinstance(value, int) else value
        for value in values
    ]
    return ast.copy_location(ast.Call(function, arguments, []), at)
