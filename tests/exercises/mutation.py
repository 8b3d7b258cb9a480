"""Small faults put into a solution, one at a time: what each exercise's check must see.

Checks and known wrong solutions have one author; these have none. Each
operator is a mistake that people make with cleanup: a `finally` forgotten, an
`await`, a `shield`, an order turned round, an acquire on the wrong side of its
`try`.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["Mutant", "mutants"]

Site = tuple[str, ast.AST, Callable[[ast.AST], None]]
BLOCKS = ("body", "orelse", "finalbody")


@dataclass(frozen=True)
class Mutant:
    """A changed solution: by which operator, at which line of the original."""

    operator: str
    line: str
    source: str


def mutants(source: str) -> list[Mutant]:
    """Every mutant of a solution, without duplicates.

    Examples
    --------
    >>> [m.operator for m in mutants("async def f(a):\\n    await a.close()\\n")]
    ['drop await']
    """
    tree = ast.parse(source)
    lines = source.splitlines()
    seen = {ast.unparse(tree)}
    found: list[Mutant] = []
    for number, node in enumerate(ast.walk(tree)):
        for operator, at, change in _sites(node):
            changed = copy.deepcopy(tree)
            change(list(ast.walk(changed))[number])
            text = ast.unparse(ast.fix_missing_locations(changed)) + "\n"
            if text.rstrip("\n") in seen or not _compiles(text):
                continue
            seen.add(text.rstrip("\n"))
            found.append(Mutant(operator, lines[at.lineno - 1].strip(), text))
    return found


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _sites(node: ast.AST) -> Iterator[Site]:
    """The changes that can be made at a node, each a function of its copy."""
    for operators in (_expressions, _handlers, _cleanup, _blocks, _withs):
        yield from operators(node)


def _expressions(node: ast.AST) -> Iterator[Site]:
    for name, old in ast.iter_fields(node):
        values = old if isinstance(old, list) else [old]
        for place, value in enumerate(values):
            index = place if isinstance(old, list) else None
            for operator, new in _replacements(node, name, value):
                yield operator, value, _put(name, index, new)


def _put(name: str, index: int | None, new: ast.AST) -> Callable[[ast.AST], None]:
    def change(copied: ast.AST) -> None:
        fresh = copy.deepcopy(new)
        if index is None:
            setattr(copied, name, fresh)
        else:
            getattr(copied, name)[index] = fresh

    return change


def _replacements(
    owner: ast.AST, field: str, value: object
) -> Iterator[tuple[str, ast.AST]]:
    if field == "test" and isinstance(value, ast.expr):
        yield "negate a condition", ast.UnaryOp(ast.Not(), value)
    match value:
        case ast.Return(value=ast.Constant(value=None | False)):
            pass  # without the value it is the same to `with`
        case ast.Await():
            yield "drop await", value.value
        case ast.Call(func=ast.Attribute(attr="shield") | ast.Name(id="shield")):
            yield "unwrap shield", value.args[0]
        case ast.Call(func=ast.Name(id="isinstance"), args=[what, _]):
            widest = ast.Name("BaseException", ast.Load())
            yield "widen except", ast.Call(value.func, [what, widest], [])
        case ast.Call(func=ast.Attribute(attr="suppress") | ast.Name(id="suppress")):
            widest = ast.Name("BaseException", ast.Load())
            yield "widen except", ast.Call(value.func, [widest], [])
        case ast.Raise():
            yield "drop raise", ast.Pass()
        case ast.Return(value=ast.expr() as given):
            effect = any(isinstance(n, ast.Await | ast.Call) for n in ast.walk(given))
            yield "drop return value", ast.Expr(given) if effect else ast.Return(None)
        case ast.Constant(value=bool() as old):
            yield "change a constant", ast.Constant(not old)
        case ast.Constant(value=int() | float() as old):
            yield "change a constant", ast.Constant(old + 1)
        case ast.Constant(value=str()) if _spoken(owner):
            yield "change a constant", ast.Constant("changed")


def _spoken(owner: ast.AST) -> bool:
    """Whether a text is more than a docstring or a part of a message."""
    message = isinstance(owner, ast.Call) and ast.unparse(owner.func).endswith("Error")
    return not message and not isinstance(owner, ast.Expr | ast.JoinedStr)


def _handlers(node: ast.AST) -> Iterator[Site]:
    if not isinstance(node, ast.ExceptHandler):
        return
    caught = ast.unparse(node.type) if node.type else "BaseException"
    wide = ast.Name("Exception", ast.Load())
    widest = ast.Name("BaseException", ast.Load())
    if caught not in ("BaseException", "Exception"):
        yield "widen except", node, _put("type", None, wide)
    if caught == "BaseException":
        yield "narrow except", node, _put("type", None, wide)
    else:
        yield "widen except", node, _put("type", None, widest)


def _cleanup(node: ast.AST) -> Iterator[Site]:
    """Statements that release something: dropped, and swapped with the next."""
    for name in _cleanup_blocks(node):
        block: list[ast.stmt] = getattr(node, name)
        for i, statement in enumerate(block):
            if not isinstance(statement, ast.Raise | ast.Return | ast.Pass):
                yield "drop cleanup", statement, _put(name, i, ast.Pass())
            if i:

                def swap(copied: ast.AST, name: str = name, i: int = i) -> None:
                    block = getattr(copied, name)
                    block[i - 1], block[i] = block[i], block[i - 1]

                yield "swap cleanup", block[i - 1], swap


def _cleanup_blocks(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Try) and node.finalbody:
        yield "finalbody"
    if isinstance(node, ast.ExceptHandler):
        yield "body"
    exits = ("__exit__", "__aexit__", "close", "aclose")
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in exits:
        yield "body"


def _blocks(node: ast.AST) -> Iterator[Site]:
    """Changes around a `try`: its `finally` dropped, its borders moved."""
    for name in BLOCKS:
        block = getattr(node, name, None)
        if not isinstance(block, list):
            continue
        for i, statement in enumerate(block):
            if not isinstance(statement, ast.Try):
                continue
            if statement.finalbody:
                first = statement.finalbody[0]
                yield "drop finally", first, _around(name, i, _no_finally)
            if len(statement.body) > 1:
                yield "acquire out of try", statement.body[0], _around(name, i, _out)
            if i:
                yield "acquire into try", block[i - 1], _around(name, i, _into)


def _around(
    name: str, i: int, change: Callable[[list[ast.stmt], int], None]
) -> Callable[[ast.AST], None]:
    return lambda copied: change(getattr(copied, name), i)


def _no_finally(block: list[ast.stmt], i: int) -> None:
    guarded = block[i]
    assert isinstance(guarded, ast.Try)
    after, guarded.finalbody = guarded.finalbody, []
    block[i : i + 1] = [*([guarded] if guarded.handlers else guarded.body), *after]


def _out(block: list[ast.stmt], i: int) -> None:
    guarded = block[i]
    assert isinstance(guarded, ast.Try)
    block.insert(i, guarded.body.pop(0))


def _into(block: list[ast.stmt], i: int) -> None:
    guarded = block[i]
    assert isinstance(guarded, ast.Try)
    guarded.body.insert(0, block.pop(i - 1))


def _withs(node: ast.AST) -> Iterator[Site]:
    """A `with` entered and never left; its items in another order."""
    for name in BLOCKS:
        block = getattr(node, name, None)
        for i, statement in enumerate(block if isinstance(block, list) else []):
            if isinstance(statement, ast.With | ast.AsyncWith):
                for k in range(len(statement.items)):
                    yield "drop with", statement, _around(name, i, _never_left(k))
                if len(statement.items) > 1:
                    yield "swap cleanup", statement, _around(name, i, _items_turned)


def _never_left(k: int) -> Callable[[list[ast.stmt], int], None]:
    def change(block: list[ast.stmt], i: int) -> None:
        guarded = block[i]
        assert isinstance(guarded, ast.With | ast.AsyncWith)
        item = guarded.items.pop(k)
        waits = isinstance(guarded, ast.AsyncWith)
        enter = ast.Attribute(
            item.context_expr, "__aenter__" if waits else "__enter__", ast.Load()
        )
        call: ast.expr = ast.Call(enter, [], [])
        call = ast.Await(call) if waits else call
        entered: ast.stmt = ast.Expr(call)
        if item.optional_vars:
            entered = ast.Assign([item.optional_vars], call)
        block[i : i + 1] = [entered, *([guarded] if guarded.items else guarded.body)]

    return change


def _items_turned(block: list[ast.stmt], i: int) -> None:
    guarded = block[i]
    assert isinstance(guarded, ast.With | ast.AsyncWith)
    guarded.items.reverse()
