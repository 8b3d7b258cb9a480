"""Time strict verification against merely executing the notebooks.

Alternating runs of nbval (strict, as the tests run it), nbmake and plain
nbclient on the same notebooks with two workers; medians and ratios.

    python3 run.py bench          five rounds of all three
    python3 run.py bench --gate   nbval against nbmake on a sixth of the notebooks,
                                  which rotates with the commits; red if four
                                  rounds of five are above 1.2
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from asyncwith import postgres
from tasks._selection import ROOT, notebooks, third
from tests.notebooks.strict import database_of

PROMISE = 1.2  # times nbmake's time
# Rounds that keep the promise, of five. Single rounds differ by a tenth on a shared
# machine: a true ratio of 1.1 is red once in a hundred runs, one of 1.4 nearly always.
ENOUGH = 2
WORKERS = 2
_IN_PARALLEL = ["-n", str(WORKERS), "--dist", "loadscope"]
PYTEST = [sys.executable, "-m", "pytest", "-q", *_IN_PARALLEL]


async def execute_all(paths: list[str]) -> None:
    """Execute notebooks with nbclient, WORKERS at a time, comparing nothing."""
    turn = asyncio.Semaphore(WORKERS)

    async def execute(path: Path) -> None:
        async with turn:
            notebook = nbformat.read(path, as_version=4)
            client = NotebookClient(notebook, timeout=60, kernel_name="python3")
            env = {**os.environ, "ASYNCWITH_DATABASE": database_of(str(path))}
            await client.async_execute(env=env, cwd=str(path.parent))

    async with asyncio.TaskGroup() as group:
        for path in paths:
            group.create_task(execute(ROOT / path))


def commands(paths: list[str]) -> dict[str, list[str]]:
    return {
        "nbval": [*PYTEST, "--nbval", "--nbval-current-env", *paths],
        "nbmake": [*PYTEST, "--nbmake", "-p", "no:nbval", *paths],
        "nbclient": [sys.executable, "-m", "tasks.bench", "--execute", *paths],
    }


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed\n{done.stdout[-3000:]}{done.stderr}")
    return time.perf_counter() - started


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="run.py bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--gate",
        action="store_true",
        help="a sixth of the notebooks; red above the promise",
    )
    parser.add_argument("--execute", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    paths = options.notebooks or (third()[::2] if options.gate else notebooks())
    if options.execute:
        asyncio.run(execute_all(paths))
        return 0
    print(f"{len(paths)} notebooks, {WORKERS} workers; {postgres.describe()}")
    chosen = commands(paths)
    if options.gate:
        del chosen["nbclient"]
    times: dict[str, list[float]] = {name: [] for name in chosen}
    kept = 0
    for turn in range(options.rounds):
        # Each goes first by turns: the second one finds the files read.
        for name, command in list(chosen.items())[:: -1 if turn % 2 else 1]:
            times[name].append(seconds(command))
        said = ", ".join(f"{name} {times[name][-1]:.1f} s" for name in chosen)
        print(f"round {turn + 1}: {said}", flush=True)
        kept += times["nbval"][-1] <= PROMISE * times["nbmake"][-1]
        if options.gate and kept == ENOUGH:
            break
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, value in medians.items():
        print(f"{name:<9} {value:6.1f} s   {value / medians['nbmake']:.2f} x nbmake")
    ratio = medians["nbval"] / medians["nbmake"]
    if options.gate and kept < ENOUGH:
        print(
            f"Red: nbval takes {ratio:.2f} times nbmake's time, promised {PROMISE}; "
            f"{kept} of {options.rounds} rounds kept it."
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
