"""The process that owns one throw-away server, and ends it with its parent.

It reads one command a line from standard input and answers with a line of
JSON. When its input ends, because the parent closed it or died, it stops the
server and removes its folder.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

from asyncwith.postgres.embedded import LOG, Server
from asyncwith.postgres.errors import PostgresUnavailable

__all__ = ["main"]


def main(arguments: list[str]) -> None:
    """Guard a server: FOLDER and its settings as JSON."""
    folder = Path(arguments[0])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop)
    server: Server | None = None
    try:
        for line in sys.stdin:
            try:
                server = server or _server(folder, json.loads(arguments[1]))
                _obey(server, line.strip())
                answer = {
                    "dsn": server.dsn,
                    "superuser_dsn": server.superuser_dsn,
                    "alive": server.alive(),
                }
            except (PostgresUnavailable, OSError) as error:
                answer = {"error": str(error).partition(LOG)[0]}  # it goes, too
            print(json.dumps(answer), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        if server is not None:
            server.discard()
        shutil.rmtree(folder, ignore_errors=True)


def _server(folder: Path, settings: dict[str, str]) -> Server:
    # Its only database: the role has to own it, to make tables there.
    return Server(folder, settings, owns_postgres=True)


def _obey(server: Server, command: str) -> None:
    match command:
        case "start":
            server.start()
        case "stop":
            server.stop()
        case "restart":
            server.stop()
            server.start()
        case "kill":
            server.kill()
        case _:  # "look"
            pass


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(0)
