"""Locks of the kernel (``flock``): held until closed, or until the death of
the process, however it dies. A list of process ids cannot promise that.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Generator
from pathlib import Path

__all__ = ["exclusive", "is_held", "lock", "try_lock"]


def lock(path: Path, *, shared: bool = False) -> int:
    """Wait for the lock on `path`; return the descriptor that holds it."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def try_lock(path: Path) -> int | None:
    """Return the descriptor of the exclusive lock, or None if it is held.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     held = try_lock(Path(folder, "a.lock"))
    ...     again = try_lock(Path(folder, "a.lock"))
    >>> again is None
    True
    >>> os.close(held)
    """
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_held(path: Path) -> bool:
    """Tell whether anybody holds the lock on `path`."""
    descriptor = try_lock(path)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None


@contextlib.contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Hold the lock on `path` during a block."""
    descriptor = lock(path)
    try:
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
