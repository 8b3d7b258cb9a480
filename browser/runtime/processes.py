"""Lets libraries import `multiprocessing`, which a browser's Python cannot use.

Hypercorn, which Quart imports, names its locks in annotations. Pyodide has no
`_multiprocessing`, so that the import fails; here making a lock fails, in words.
"""

from __future__ import annotations

import sys
import types

__all__ = ["install"]


class SemLock:
    """What `multiprocessing` makes its locks of, of which there are none here."""

    SEM_VALUE_MAX = 2**31 - 1

    def __init__(self, *_: object) -> None:
        raise OSError("There are no processes in the browser, and no locks for them.")


def install() -> None:
    """Have `_multiprocessing` where Pyodide has none."""
    if "_multiprocessing" not in sys.modules:
        module = types.ModuleType("_multiprocessing")
        vars(module).update(SemLock=SemLock, sem_unlink=lambda name: None)
        sys.modules["_multiprocessing"] = module
