"""The order of events around a yield dependency, in FastAPI's older versions.

    python tests/facts/replay_15_dependencies.py [VERSION ...]

makes a temporary environment for each version with uv, and asks one app there.
The app is called as ASGI servers call it, without a server, so that its messages
can be written down between the events of its dependencies. What is printed is
recorded in 15_dependencies.toml; test_15_dependencies.py runs the same app with
the version that is installed.
"""

import asyncio
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

__all__ = ["strip"]

VERSIONS = ("0.105.0", "0.106.0", "0.117.1", "0.118.0", "0.121.0")
ARGUMENTS = ("--no-project", "--isolated", "--python", "3.11")


def strip() -> list[str]:
    """Return the events of one request, in their order."""
    from fastapi import Depends, FastAPI

    events: list[str] = []
    app = FastAPI()

    async def a() -> Any:
        events.append("+A")
        yield
        events.append("-A")

    async def b(a: Annotated[Any, Depends(a)]) -> Any:
        events.append("+B")
        yield
        events.append("-B")

    @app.get("/")
    async def handler(b: Annotated[Any, Depends(b)]) -> dict[str, str]:
        events.append("handler")
        return {}

    async def send(message: Any) -> None:
        kind = message["type"].removeprefix("http.response.")
        events.append(kind.upper())

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }
    asyncio.run(app(scope, receive, send))
    return events


def main(versions: tuple[str, ...]) -> None:
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    for wanted in versions:
        subprocess.run(
            [
                *(uv, "run", "-q", *ARGUMENTS, "--with", f"fastapi=={wanted}"),
                *("python", __file__, "--here"),
            ],
            check=True,
        )


if __name__ == "__main__":
    if "--here" in sys.argv:
        print(version("fastapi"), *strip())
    else:
        main(tuple(sys.argv[1:]) or VERSIONS)
