"""Measure what a reader waits for, and compare it with what is promised.

    python tests/postgres/measure.py [ROUNDS]

Prints the median of some rounds, in milliseconds, and exits with 1 if one is
above twice its promise: promises are made for an idle machine.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from asyncwith import postgres
from asyncwith.postgres import databases
from asyncwith.postgres.driver import run
from asyncwith.postgres.embedded import Server
from asyncwith.postgres.places import checkout_id

PROMISES = {"initdb": 800.0, "start": 50.0, "clone": 20.0, "first dsn()": None}


def main(rounds: int = 5) -> int:
    """Measure, print a table, and return the exit code."""
    times: dict[str, list[float]] = {name: [] for name in PROMISES}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ASYNCWITH_CACHE"] = f"{folder}/cache"
        os.environ["ASYNCWITH_POSTGRES"] = "embedded"
        for number in range(rounds):
            own = Path(folder, str(number))
            own.mkdir()
            server = Server(own)
            try:
                measure(server, times)
            finally:
                server.discard()
        started = time.perf_counter()
        postgres.dsn("measured")
        times["first dsn()"].append(time.perf_counter() - started)
        postgres.release()
        wait_for_the_end(Path(folder, "cache", checkout_id(), "embedded"))
    slow = False
    for name, seconds in times.items():
        median = statistics.median(seconds) * 1000
        promise = PROMISES[name]
        said = "" if promise is None else f"  promised {promise:4.0f} ms"
        slow = slow or (promise is not None and median > 2 * promise)
        print(f"{name:12} {median:6.1f} ms{said}")
    return int(slow)


def measure(server: Server, times: dict[str, list[float]]) -> None:
    """Make a server's data, start it warm, and clone a database."""
    server.start()
    times["initdb"].append(server.timings["initdb"])
    server.stop()
    server.start()
    times["start"].append(server.timings["start"])
    checkout = "0123456789"
    run(databases.clone(server.dsn, checkout, "the_first_makes_the_template"))
    started = time.perf_counter()
    run(databases.clone(server.dsn, checkout, "measured"))
    times["clone"].append(time.perf_counter() - started)


def wait_for_the_end(folder: Path) -> None:
    """Wait until the shared server has ended, so that its folder can go."""
    while (folder / "server.json").exists():
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
