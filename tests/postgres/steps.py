"""Steps that the tests of the PostgreSQL part are made of."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

from asyncwith.postgres import places
from asyncwith.postgres.driver import connect, run


def sql(dsn: str, *statements: str) -> list[object]:
    """Execute statements in one session; return the first column of the last."""

    async def execute() -> list[object]:
        async with connect(dsn) as connection:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return [row[0] for row in await connection.fetch(statements[-1])]

    return run(execute())


def reachable(dsn: str) -> bool:
    """Tell whether the server answers."""
    try:
        return sql(dsn, "SELECT 1") == [1]
    except Exception:
        return False


def script(
    code: str, *, python: str = sys.executable, **environ: str
) -> subprocess.Popen[str]:
    """Start a Python script that can be talked to by its standard streams."""
    return subprocess.Popen(
        [python, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environ},
    )


def finish(process: subprocess.Popen[str]) -> str:
    """Let the script end; return what it printed since."""
    output, _ = process.communicate(timeout=60)
    return output.strip()


CLIENT = """
from asyncwith import postgres
print(postgres.dsn(), flush=True)
input()
"""


def client(**environ: str) -> tuple[subprocess.Popen[str], str]:
    """Start a script that uses the server until its input ends; and its DSN."""
    process = script(CLIENT, **environ)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def running(*words: str) -> list[int]:
    """Return the ids of the processes whose command line has all the words."""
    table = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,stat=,args="],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found: list[int] = []
    for line in table.splitlines():
        pid, state, arguments = line.split(None, 2)
        if all(word in arguments for word in words) and not state.startswith("Z"):
            found.append(int(pid))
    return found


def supervisors() -> list[int]:
    """Return the ids of the supervisors of the current cache."""
    return running("postgres.supervisor", str(places.cache_folder()))


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 15) -> None:
    """Wait for a condition, and fail when it does not come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
