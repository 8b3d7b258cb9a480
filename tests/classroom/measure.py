"""Grade a class in each way that there is, and compare seconds and grades.

    python -m tests.classroom.measure          300 submissions of one exercise
    python -m tests.classroom.measure 24       fewer
    python -m tests.classroom.measure 0        only the time of a check

A third are solutions, the others the exercise's known mistakes in turn; those that mean
harm (``hostile.py``) come on top, and are left out of plain nbgrader's run, which
would run them on this machine. Printed are wall and processor seconds; whether each
way gives the same grades; how many hostile ones got a grade or a reason; how many
mistakes were told their hint; and the time of a check, for the solution and one mistake
of each exercise of the book. The processor's seconds are the whole machine's, since
what a sandbox kills is counted to nobody: leave the machine alone meanwhile.
"""

from __future__ import annotations

import asyncio
import csv
import gc
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from nbgrader.apps.api import NbGraderAPI
from nbgrader.preprocessors import Execute
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from asyncwith.catalogue import exercises, find
from asyncwith.checking.judging import judge
from asyncwith.checking.pristine import restore
from classroom.course import CONFIG
from classroom.engines import Engine, Processes, Scheduler
from classroom.execution import ExecuteConfined
from classroom.grading import export, grade
from tasks._selection import ROOT
from tests.classroom.conftest import hand_in, moved, nbgrader, write_course
from tests.classroom.hostile import HOSTILE, LIMITS

NAME = "promise-timer"
EXERCISE = find("promise/timer")
MISTAKES = sorted((EXERCISE.folder / "wrong").glob("*.py"))
Results = dict[str, dict[str, str]]
"""The rows of the exported list, by student."""


def fill(course: Path, number: int, *, hostile: bool) -> dict[str, str]:
    """Hand in submissions; the hint that each mistake's feedback has to hold."""
    hints: dict[str, str] = {}
    with open(course / CONFIG, "a", encoding="utf-8") as config:
        config.write(LIMITS)
    for count in range(number):
        student = f"s{count:04d}"
        source = EXERCISE.read("solution.py")
        if count % 3:
            source = MISTAKES[count % len(MISTAKES)].read_text("utf-8")
            first = source.partition("\n")[0].removeprefix("# hint: ")
            hints[student] = " ".join(first.split())
        hand_in(course, NAME, student, source)
    for name, (source, _) in HOSTILE.items() if hostile else ():
        source = source.format(course=course, checkout=ROOT, port=9, seconds=61)
        hand_in(course, NAME, f"h_{name}", source, check=name != "deleted_check")
    return hints


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print the wall seconds of a block, and the processor's that the machine spent."""

    def spent() -> float:
        user, nice, system = Path("/proc/stat").read_text("ascii").split()[1:4]
        return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")

    wall, cpu = time.monotonic(), spent()
    yield
    wall, cpu = time.monotonic() - wall, spent() - cpu
    print(f"{what:28} {wall:8.1f} {cpu:8.1f}", flush=True)


def plainly(course: Path) -> None:
    """nbgrader as it comes: one after the other, in a kernel of this machine."""
    config = Config(PyFileConfigLoader(CONFIG, path=str(course)).load_config())
    steps = config.Autograde.autograde_preprocessors
    config.Autograde.autograde_preprocessors = [
        Execute if step is ExecuteConfined else step for step in steps
    ]
    done = NbGraderAPI(config=config).autograde(NAME, "*", force=True)
    if not done["success"]:
        raise RuntimeError(done["log"][-2000:])


def ours(course: Path, engine: Engine) -> Results:
    """Grade a course by an engine, with a line now and then; the list of results."""
    total = len(list((course / "submitted").iterdir()))
    for count, _ in enumerate(grade(course, NAME, engine=engine), 1):
        if count % 20 == 0:
            print(f"  {count} of {total} graded", file=sys.stderr, flush=True)
    export(course, NAME, course / "list.csv")
    with open(course / "list.csv", encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def by_dask(course: Path) -> Results:
    """The same through a scheduler with two workers, its processes included."""
    file = course / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    at = ["--scheduler-file", str(file), "--no-dashboard"]
    begin = [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", *at]
    work = [*dask, "worker", "--nthreads", "1", "--no-nanny", *at]
    commands = (begin, work, work)
    started = [subprocess.Popen(each, cwd=ROOT, **quiet) for each in commands]
    from distributed import Client

    try:
        with Client(scheduler_file=str(file), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        return ours(course, Scheduler(address))
    finally:
        for process in started[::-1]:
            process.terminate()
            process.wait(30)


def latencies() -> dict[str, float]:
    """Seconds of a check, for the solution and a mistake of each exercise."""
    found: dict[str, float] = {}
    for exercise in exercises():
        wrong = sorted((exercise.folder / "wrong").glob("*.py"))[0]
        for path in (exercise.folder / "solution.py", wrong):
            source = path.read_text("utf-8")
            names = vars(ModuleType("__main__"))
            exec(compile(source, "submission", "exec"), names)

            async def judged(exercise=exercise, names=names) -> None:
                await judge(exercise, names)

            begun = time.monotonic()
            try:
                asyncio.run(judged())
            finally:
                restore()
            found[f"{exercise.name}: {path.stem}"] = time.monotonic() - begun
            gc.collect(1)
    return found


def agree(found: list[Results], hints: dict[str, str]) -> bool:
    """Print whether the ways give the same, and what they give; whether all is well."""
    first, *_ = found
    points = [{name: row["points"] for name, row in each.items()} for each in found]
    same = all(each == points[0] for each in points)
    print(f"identical grades: {'yes' if same else 'NO'}")
    held = [n for n in HOSTILE if f"h_{n}" in first and not float(points[0][f"h_{n}"])]
    print(f"hostile ones graded, with no points: {len(held)} of {len(HOSTILE)}")
    said = {name: " ".join(row["reason"].split()) for name, row in first.items()}
    told = [name for name, hint in hints.items() if hint in said.get(name, "")]
    print(f"hints shown: {len(told)} of {len(hints)}")
    return same and len(held) == len(HOSTILE) and len(told) == len(hints)


def graded(number: int) -> bool:
    """Grade a class in each way; whether all is well."""
    found: list[Results] = []
    hints: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="aw-class-") as folder:
        base = write_course(Path(folder) / "async", "promise/timer")
        nbgrader(base, "generate_assignment", NAME)
        print(f"\n{number} submissions, {len(HOSTILE)} hostile ones on top")
        print(f"{'':28} {'wall s':>8} {'cpu s':>8}")
        without: dict[str, Callable[[Path], object]] = {
            "nbgrader, without hostile": plainly,
            "1 worker, without hostile": lambda course: ours(course, Processes(1)),
        }
        ways: dict[str, Callable[[Path], Results]] = {
            "1 worker": lambda course: ours(course, Processes(1)),
            "2 workers": lambda course: ours(course, Processes(2)),
            "Dask, 2 workers": by_dask,
        }
        for place, (way, run) in enumerate(without.items()):
            course = moved(base, Path(folder) / f"without-{place}")
            fill(course, number, hostile=False)
            with measured(way):
                run(course)
        for place, (way, run_all) in enumerate(ways.items()):
            course = moved(base, Path(folder) / f"all-{place}")
            hints = fill(course, number, hostile=True)
            with measured(way):
                found.append(run_all(course))
    return agree(found, hints)


def main(number: int) -> int:
    """Measure; 1 where ways differ, a hostile one got away, or a hint is missing."""
    warnings.simplefilter("ignore")
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # what mistakes leave
    well = graded(number) if number else True
    seconds = latencies()
    each = sorted(seconds.values())
    half, late = statistics.median(each), statistics.quantiles(each, n=20)[-1]
    print(
        f"{len(each)} checks: p50 {half:.2f} s, p95 {late:.2f} s, of which above 2 s:"
    )
    for name, took in sorted(seconds.items(), key=lambda item: -item[1]):
        if took > 2:
            print(f"  {took:.2f} s  {name}")
    return 0 if well else 1


if __name__ == "__main__":
    os.environ.setdefault("ASYNCWITH_POSTGRES", "embedded")
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
