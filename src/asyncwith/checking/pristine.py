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
_OPENLY_PATCHING = (
    "nest_asyncio",
    "asyncwith.extension",
    "asyncwith.drawing.recording",
)
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
        if isinstance(value, type) and value.__flags__ & _PYTHON_CLASS:
            _known.setdefault(id(value), (value, _behaviour(vars(value))))
        public = not key.startswith("_") and key not in _LEFT_ALONE
        if public and callable(value):
            known.setdefault(key, value)


def _behaviour(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in attributes.items()
        if callable(value) or not key.startswith("__")
    }


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
    changed = _restored_builtins()  # first: the rest is written with them
    for name, module in _modules.items():
        if sys.modules.get(name) is not module:
            sys.modules[name] = module
            changed.append(name)
    for owner, members in _known.values():
        current = cast("Mapping[str, Any]", vars(owner))
        differing = [k for k, v in members.items() if current.get(k) is not v]
        if isinstance(owner, type) and len(current) > len(members):
            added = _behaviour(current).keys() - members.keys()
            differing += [k for k in added if hasattr(owner.__base__, k)]
        for key in differing:
            if _tolerated(current.get(key)):
                continue
            try:
                if key in members:
                    setattr(owner, key, members[key])
                else:  # a method of a base class, overridden
                    delattr(owner, key)
            except (AttributeError, TypeError):
                continue  # not one that can be set, so not one that was
            changed.append(f"{owner.__name__}.{key}")
    return changed


def _restored_builtins() -> list[str]:
    _, known = _known[_BUILTINS]
    differing = [key for key in known if _CURRENT.get(key) is not known[key]]
    for key in differing:
        _CURRENT[key] = known[key]
    return [f"builtins.{key}" for key in differing]


def _tolerated(value: object) -> bool:
    """nest-asyncio and this package's own extension replace things openly."""
    home = getattr(value, "__module__", None)
    return type(home) is str and home.startswith(_OPENLY_PATCHING)


remember()
_BUILTINS = id(builtins)
_CURRENT = cast("dict[str, Any]", vars(builtins))
