"""The library as it was before a submission could change it.

A submission that replaces `asyncio.wait_for` or `print` would be measured
with its own ruler. What checks build on is remembered when this module is
imported, and put back before each case.
"""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import functools
import inspect
import os
import sys
import time
from collections.abc import Mapping
from types import ModuleType
from typing import Any, cast

__all__ = ["remember", "restore"]

_LEFT_ALONE = {"input", "exit", "quit", "copyright", "credits", "license"}
_OPENLY_PATCHING = ("nest_asyncio", "asyncwith.extension", "asyncwith.recording")
_STANDARD: tuple[ModuleType, ...] = (
    builtins,
    asyncio,
    contextlib,
    functools,
    inspect,
    os,
    time,
)

_PYTHON_CLASS = 1 << 9  # CPython's Py_TPFLAGS_HEAPTYPE: its attributes can be set

# id of a module or class -> itself, and its attributes as they were
_known: dict[int, tuple[Any, dict[str, Any]]] = {}
_modules: dict[str, ModuleType] = {}


def remember() -> None:
    """Take note of what has been imported since and is not yet known."""
    for name in list(sys.modules):
        head, _, tail = name.partition(".")
        ours = head == "asyncwith" and tail and not name.startswith(_OPENLY_PATCHING)
        if head == "asyncio" or ours or sys.modules[name] in _STANDARD:
            _note_module(name, sys.modules[name])


def _note_module(name: str, module: ModuleType) -> None:
    _modules.setdefault(name, module)
    _, known = _known.setdefault(id(module), (module, {}))
    for key, value in list(vars(module).items()):
        if key.startswith("_") or key in _LEFT_ALONE or key in known:
            continue
        if callable(value):
            known[key] = value
        if isinstance(value, type) and value.__flags__ & _PYTHON_CLASS:
            members = {k: v for k, v in vars(value).items() if _is_behaviour(k, v)}
            _known.setdefault(id(value), (value, members))


def _is_behaviour(key: str, value: object) -> bool:
    return callable(value) or not key.startswith("__")


def restore() -> list[str]:
    """Put back what was replaced since; returns the names that were.

    Examples
    --------
    >>> import asyncio
    >>> remember()
    >>> asyncio.sleep = print
    >>> restore()
    ['asyncio.sleep']
    """
    changed: list[str] = []
    for name, module in _modules.items():
        if sys.modules.get(name) is not module:
            sys.modules[name] = module
            changed.append(name)
    for owner, members in _known.values():
        current = cast("Mapping[str, Any]", vars(owner))
        for key, value in members.items():
            if current.get(key) is value or _tolerated(current.get(key)):
                continue
            with contextlib.suppress(AttributeError, TypeError):
                setattr(owner, key, value)
                changed.append(f"{owner.__name__}.{key}")
    return changed


def _tolerated(value: object) -> bool:
    """nest-asyncio and this package's own extension replace things openly."""
    home = getattr(value, "__module__", None)
    return type(home) is str and home.startswith(_OPENLY_PATCHING)


remember()
