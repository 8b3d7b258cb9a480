"""Starts Python's side of a worker: the loop, then the kernel that runs cells."""

from __future__ import annotations

import json
from typing import Any

from asyncwith_browser import loop, postgres
from asyncwith_browser.cells import Kernel

__all__ = ["start"]


def start(post: Any, open_postgres: Any) -> Kernel:
    """Return a kernel that calls ``post(kind, id, JSON)`` for what it has to say.

    Parameters
    ----------
    open_postgres
        A JavaScript function that loads PostgreSQL and gives the function that
        runs its messages.
    """
    loop.install()
    postgres.listen(lambda: _postgres(open_postgres))
    return Kernel(lambda kind, cell, content: post(kind, cell, _json(content)))


def run(kernel: Kernel, request: str) -> None:
    """Queue a request, given as JSON."""
    kernel.run(json.loads(request))


async def _postgres(open_postgres: Any) -> postgres.Run:
    from pyodide.ffi import to_js

    execute = await open_postgres()

    async def run(data: bytes) -> bytes:
        return (await execute(to_js(data))).to_bytes()

    return run


def _json(content: object) -> str:
    return json.dumps(content, default=repr)
