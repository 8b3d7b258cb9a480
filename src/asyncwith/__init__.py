"""See, sweep and check asyncio cleanup.

The laboratory of the book "async with": timelines of concurrent code, a
cancellation sweep, a virtual clock, a real HTTP server and a real PostgreSQL,
and the checks of the book's exercises.

Importing it is quick and changes nothing; each name is loaded when it is
first used. ``%load_ext asyncwith`` switches on drawing in a notebook.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncwith.appserver import StartupFailed as StartupFailed
    from asyncwith.appserver import local_app as local_app
    from asyncwith.checking import check as check
    from asyncwith.checkpoints import checkpoint as checkpoint
    from asyncwith.clock import run_virtual as run_virtual
    from asyncwith.drawing.timeline import Timeline as Timeline
    from asyncwith.extension import (
        load_ipython_extension as load_ipython_extension,
    )
    from asyncwith.extension import (
        unload_ipython_extension as unload_ipython_extension,
    )
    from asyncwith.httpserver import local_server as local_server
    from asyncwith.liveness import heartbeat as heartbeat
    from asyncwith.script import run_script as run_script
    from asyncwith.shelf import Shelf as Shelf
    from asyncwith.shelf import ShelfError as ShelfError
    from asyncwith.sweeping import Report as Report
    from asyncwith.sweeping import sweep as sweep
    from asyncwith.sweeping import sweep_task as sweep_task
    from asyncwith.termination import terminated as terminated

_HOME = {
    "Report": "sweeping",
    "Shelf": "shelf",
    "ShelfError": "shelf",
    "checkpoint": "checkpoints",
    "sweep": "sweeping",
    "sweep_task": "sweeping",
    "check": "checking",
    "run_virtual": "clock",
    "load_ipython_extension": "extension",
    "unload_ipython_extension": "extension",
    "local_server": "httpserver",
    "local_app": "appserver",
    "StartupFailed": "appserver",
    "heartbeat": "liveness",
    "run_script": "script",
    "terminated": "termination",
    "Timeline": "drawing.timeline",
}

__all__ = sorted(_HOME)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    if name == "postgres":
        return import_module(f"{__name__}.postgres")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME, "postgres"})
