"""Which earlier cells a cell needs: those that bind a name that it reads.

A name counts as read wherever it stands, also inside a function, and as bound
where the module's scope binds it: assignments, imports, definitions, targets of
``with`` and ``for``. A function's parameters and locals are its own.
"""

from __future__ import annotations

import ast
import builtins


def needs(sources: list[str]) -> list[list[int]]:
    """Return, for each cell, the places of the cells that it needs, in order.

    Example
    -------
    >>> needs(["import asyncio", "n = 1", "await asyncio.sleep(n)"])
    [[], [], [0, 1]]
    """
    bound: dict[str, int] = {}
    found: list[list[int]] = []
    for place, source in enumerate(sources):
        reads, binds = names(source)
        found.append(sorted({bound[name] for name in reads if name in bound}))
        bound.update(dict.fromkeys(binds, place))
    return found


def names(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell reads from outside, and those that it binds.

    Example
    -------
    >>> reads, binds = names("total = sum(n * rate for n in prices)")
    >>> sorted(reads), sorted(binds)
    (['prices', 'rate'], ['total'])
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell that shows one
        return set(), set()
    scope = _Scope()
    for statement in tree.body:
        scope.visit(statement)
    return scope.reads - set(dir(builtins)), scope.binds


class _Scope(ast.NodeVisitor):
    """Collects one scope's names; a read before the first binding is outside's."""

    def __init__(self) -> None:
        self.reads: set[str] = set()
        self.binds: set[str] = set()
        self.outer: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.binds.add(node.id)
        elif node.id not in self.binds:
            self.reads.add(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)  # read before it binds
        for target in node.targets:
            self.visit(target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.reads |= {node.target.id} - self.binds
        self.generic_visit(node)

    def visit_alias(self, node: ast.alias) -> None:
        self.binds.add(node.asname or node.name.partition(".")[0])

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.binds.add(node.name)
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> None:
        self.outer |= set(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.outer |= set(node.names)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for part in [*node.decorator_list, node.returns]:
            if part is not None:
                self.visit(part)
        self.binds.add(node.name)
        self._inner([*node.body], node.args)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._inner([node.body], node.args)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in [*node.decorator_list, *node.bases, *node.keywords]:
            self.visit(part)
        self.binds.add(node.name)
        self._inner([*node.body])

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.DictComp) -> None:
        self._inner([*node.generators, *_elements(node)])

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for part in (node.iter, node.target, *node.ifs):
            self.visit(part)

    def _inner(
        self, body: list[ast.AST], arguments: ast.arguments | None = None
    ) -> None:
        inner = _Scope()
        if arguments is not None:
            for default in [*arguments.defaults, *arguments.kw_defaults]:
                if default is not None:
                    self.visit(default)
            for each in ast.walk(arguments):
                if isinstance(each, ast.arg):
                    inner.binds.add(each.arg)
                    if each.annotation is not None:
                        self.visit(each.annotation)
        for part in body:
            inner.visit(part)
        # A function reads its free names when it is called: what this scope binds,
        # before or after, is its own.
        self.reads |= inner.reads - self.binds - (inner.binds - inner.outer)
        self.binds |= inner.outer & inner.binds


def _elements(node: ast.AST) -> list[ast.AST]:
    parts = (getattr(node, name, None) for name in ("elt", "key", "value"))
    return [part for part in parts if isinstance(part, ast.AST)]
