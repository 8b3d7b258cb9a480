"""Pass all tests: code, notebooks against PostgreSQL, exercises, the site.

    python3 run.py test                        all stages
    python3 run.py test notebooks exercises    only these
    python3 run.py test --postgres=embedded    force one; else the best that works
    python3 run.py test --full                 all notebooks on every Python too

Each stage has a budget in seconds; the run is red above their sum's limit.
"""

from __future__ import annotations

import argparse
import difflib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import run
from asyncwith import postgres
from tasks import _selection as selection
from tasks._selection import ROOT
from tasks.book import SITE

LIMIT = 4200  # seconds for all stages; about 3100 after most notebooks have changed
PYTHONS = ("3.11", "3.12", "3.13")
WORKERS = ["-n", "2", "--dist", "loadscope"]
QUIET = ["-q", "--no-header", "--tb=short"]
NBVAL = ["--nbval", "--nbval-cell-timeout", "60", "--nbval-current-env"]


@dataclass
class Options:
    """What the command line chose."""

    postgres: str | None
    full: bool


class NotRun(Exception):
    """A stage that this machine cannot run, and why: named in the summary."""


def call(*command: str | Path, **env: str) -> bool:
    """Run a command with its output shown; whether it succeeded."""
    sys.stdout.flush()
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env={**os.environ, **env}
    )
    return done.returncode == 0


def python(*arguments: str | Path, **env: str) -> bool:
    return call(sys.executable, "-m", *arguments, **env)


def nbval(paths: Sequence[str], executable: str = sys.executable, **env: str) -> bool:
    return call(executable, "-m", "pytest", *QUIET, *WORKERS, *NBVAL, *paths, **env)


def chosen(options: Options) -> list[str]:
    """All notebooks, or those that changed and a third that rotates."""
    return selection.notebooks() if options.full else selection.rotating()


def code(options: Options) -> bool:
    """ruff on code and notebooks, the notebooks' style, generated files"""
    return all(
        [
            python("ruff", "check", "--quiet", "."),
            python("ruff", "format", "--check", "--quiet", "."),
            python("tasks.style"),
            python("tasks.exercises", "--check"),
        ]
    )


def types(options: Options) -> bool:
    """basedpyright in strict mode"""
    return python("basedpyright", "--level", "error")


def units(options: Options) -> bool:
    """the lab, PostgreSQL's launcher, the facts, the tasks"""
    folders = ["tests/lab", "tests/facts", "tests/postgres", "tests/notebooks"]
    return python("pytest", *QUIET, *WORKERS, *folders, "tests/tasks")


def exercises(options: Options) -> bool:
    """unsolved fails, solved passes; wrong ones and a third's mutants are rejected"""
    full = {"ASYNCWITH_FULL": "1"} if options.full else {}
    # Twice the other stages' workers: the checks wait more than they compute.
    return python("pytest", *QUIET, "-n", "4", "tests/exercises", **full)


def classroom(options: Options) -> bool:
    """a course from nothing to feedback, and hostile submissions in the sandbox"""
    return python("pytest", *QUIET, *WORKERS, "tests/classroom")


def notebooks(options: Options) -> bool:
    """every cell of every notebook, compared with its stored output"""
    return nbval(selection.notebooks())


def drawn(options: Options) -> bool:
    """every cell drawn: the same outputs; and a rotating third not drawn at all"""
    return nbval(selection.notebooks(), ASYNCWITH_DRAW="all") and nbval(
        chosen(options), ASYNCWITH_DRAW="off"
    )


def embedded(options: Options) -> bool:
    """the embedded PostgreSQL: changed notebooks and a rotating third"""
    if options.postgres == "embedded":
        raise NotRun("it is the PostgreSQL of all other stages")
    forced = {"ASYNCWITH_POSTGRES": "embedded", "ASYNCWITH_DATABASE_URL": ""}
    return nbval(chosen(options), **forced)


def other_python(version: str) -> Callable[[Options], bool]:
    def stage(options: Options) -> bool:
        if sys.version_info[:2] == tuple(map(int, version.split("."))):
            raise NotRun("it is the Python of all other stages")
        found = selection.interpreter(version)
        if found is None:
            raise NotRun(f"no working Python {version} was found")
        venv = run.set_up(str(ROOT / f".venv-{version}"), found)
        folders = ["tests/lab", "tests/facts"]
        return all(
            [
                call(venv, "-m", "pytest", *QUIET, *WORKERS, *folders),
                nbval(chosen(options), venv),
            ]
        )

    stage.__doc__ = f"Python {version}: lab, facts, changed notebooks and a third"
    return stage


def book(options: Options) -> bool:
    """the site, warnings as errors, read in Chromium and by axe"""
    full = {"ASYNCWITH_FULL": "1"} if options.full else {}
    return python("tasks.book", "--no-serve", "--all") and python(
        "pytest", *QUIET, *WORKERS, "tests/site", **full
    )


def browser(options: Options) -> bool:
    """every cell and every control in Chromium, on the site that `book` builds"""
    full = {"ASYNCWITH_FULL": "1"} if options.full else {}
    return (
        ((SITE / "index.html").is_file() or python("tasks.book", "--no-serve"))
        and python("tasks.browser", "--types")
        and python("pytest", *QUIET, "-n", "2", "tests/browser", **full)
    )


def speed(options: Options) -> bool:
    """strict comparison against merely executing (nbmake): at most 1.2 times"""
    return python("tasks.bench", "--gate")


def force(which: str | None) -> None:
    """Make every kernel and worker use this PostgreSQL and no other."""
    if which is None:
        return
    if which in ("container", "embedded"):
        os.environ["ASYNCWITH_POSTGRES"] = which
        os.environ.pop("ASYNCWITH_DATABASE_URL", None)
    else:
        os.environ["ASYNCWITH_DATABASE_URL"] = which


@dataclass
class Stage:
    """A step of the test, with the seconds that it may take on two cores."""

    run: Callable[[Options], bool]
    budget: int
    seconds: float = 0.0
    verdict: str = ""


STAGES = {
    "code": Stage(code, 30),
    "types": Stage(types, 60),
    "units": Stage(units, 300),
    "exercises": Stage(exercises, 450),
    "classroom": Stage(classroom, 120),
    "notebooks": Stage(notebooks, 120),
    "drawn": Stage(drawn, 240),
    "embedded": Stage(embedded, 120),
    **{f"python-{v}": Stage(other_python(v), 250) for v in PYTHONS},
    "book": Stage(book, 330),
    "browser": Stage(browser, 600),
    "speed": Stage(speed, 240),
}


def report(names: Sequence[str]) -> bool:
    """Print the table of stages; whether all is well."""
    total = sum(STAGES[name].seconds for name in names)
    print(f"\n{'stage':<12} {'seconds':>7} {'budget':>6}")
    for name in names:
        stage = STAGES[name]
        print(f"{name:<12} {stage.seconds:7.0f} {stage.budget:6d}  {stage.verdict}")
    print(f"{'all':<12} {total:7.0f} {LIMIT:6d}")
    if total > LIMIT:
        print(f"Red: {total:.0f} s in all, the limit is {LIMIT} s.")
        return False
    return all(STAGES[name].verdict != "FAILED" for name in names)


def main(argv: list[str]) -> int:
    listing = "\n".join(
        f"  {name:<12} {stage.run.__doc__}" for name, stage in STAGES.items()
    )
    parser = argparse.ArgumentParser(
        prog="run.py test",
        description=__doc__,
        epilog=f"stages:\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stages", nargs="*", metavar="STAGE")
    parser.add_argument(
        "--postgres",
        metavar="WHICH",
        help="container, embedded or postgresql://…; one that fails is an error",
    )
    parser.add_argument("--full", action="store_true", help="no rotating thirds")
    parsed = parser.parse_args(argv)
    options = Options(postgres=parsed.postgres, full=parsed.full)
    stages: list[str] = parsed.stages
    for name in stages:
        if name not in STAGES:
            near = difflib.get_close_matches(name, STAGES, n=3, cutoff=0.3)
            print(
                f"There is no stage {name!r}. Did you mean "
                f"{' or '.join(near or STAGES)}?",
                file=sys.stderr,
            )
            return 2
    which = options.postgres or "embedded"
    if which not in ("container", "embedded") and "://" not in which:
        parser.error(
            f"--postgres={which}: container, embedded, or an address "
            "such as postgresql://user:password@localhost:5432/postgres"
        )
    names = stages or list(STAGES)
    force(options.postgres)
    try:
        print(f"PostgreSQL: {postgres.describe()}", flush=True)
    except postgres.PostgresUnavailable as problem:
        print(problem, file=sys.stderr)
        return 2
    for name in names:
        stage = STAGES[name]
        print(f"\n== {name}: {stage.run.__doc__}", flush=True)
        started = time.monotonic()
        try:
            stage.verdict = "passed" if stage.run(options) else "FAILED"
        except NotRun as reason:
            stage.verdict = f"not run: {reason}"
        stage.seconds = time.monotonic() - started
        if stage.verdict == "passed" and stage.seconds > stage.budget:
            stage.verdict = "passed, over its budget"
        print(f"== {name}: {stage.verdict}, {stage.seconds:.0f} s", flush=True)
    return 0 if report(names) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
