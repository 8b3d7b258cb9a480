"""Replay a startup that fails halfway under versions that are not installed.

``python tests/facts/replay_lifespans.py`` makes a temporary environment for each
version with uv, runs one program in it, and prints what the tables record.
"""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import asyncio, importlib, sys
module, kind = sys.argv[1:]
kind = getattr(importlib.import_module(module), kind)
ledger = []

async def open_db(): ledger.append("db open")
async def close_db(): ledger.append("db closed")
async def open_cache(): raise OSError("no cache")

app = kind(on_startup=[open_db, open_cache], on_shutdown=[close_db])

async def main():
    async def receive(): return {"type": "lifespan.startup"}
    async def send(message): ledger.append(message["type"])
    try:
        await app({"type": "lifespan", "app": app, "state": {}}, receive, send)
    except OSError:
        pass

asyncio.run(main())
print(ledger)
"""
VERSIONS = {
    "starlette==0.27.0": ("starlette.applications", "Starlette"),
    "starlette==0.41.3": ("starlette.applications", "Starlette"),
    "starlette==1.0.0": ("starlette.applications", "Starlette"),
    "fastapi==0.103.0": ("fastapi", "FastAPI"),
    "fastapi==0.121.0": ("fastapi", "FastAPI"),
}


def replayed(requirement: str, arguments: tuple[str, str]) -> str:
    """The last line that the program prints under a version, or of its error."""
    command = ["uv", "run", "--no-project", "--quiet", "--with", requirement]
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    command += ["--python", python, "python", "-c", PROGRAM, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip().splitlines()[-1]


if __name__ == "__main__":
    for requirement, arguments in VERSIONS.items():
        print(f"{requirement:20}{replayed(requirement, arguments)}")
