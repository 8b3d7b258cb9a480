"""Set the book's exercises in a classroom: course folder, sandbox, grading.

    python3 run.py classroom course DIR               all chapters
    python3 run.py classroom course DIR promise pools/mend_leak
    python3 run.py classroom course DIR --each exercise
    python3 run.py classroom formgrader DIR           grade in JupyterLab
    python3 run.py classroom grade DIR promise --workers 2
    python3 run.py classroom grade DIR promise --scheduler tcp://10.0.0.5:8786
    python3 run.py classroom grade DIR promise --only promise/timer
    python3 run.py classroom alike DIR promise
    python3 run.py classroom bundle DIR promise       with pytest, without nbgrader
    python3 run.py classroom key FILE.html promise    the instructor's key
    python3 run.py classroom slides DIR               the timelines, a page a part

The course folder is nbgrader's: its commands work inside it, with the programs
of .venv/bin. The teaching guide of the book goes through all of them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from asyncwith.catalogue import UnknownExercise
from classroom.course import write_course


def course(options: argparse.Namespace) -> int:
    """Write a course folder and name what comes next."""
    try:
        written = write_course(options.folder, options.names, each=options.each)
    except UnknownExercise as problem:
        print(problem, file=sys.stderr)
        return 2
    for path in written:
        print(f"{path}: written")
    program = Path(sys.executable).with_name("nbgrader")
    print(f"next: cd {options.folder} && {program} generate_assignment --help")
    return 0


def bundle(options: argparse.Namespace) -> int:
    """Write a starter repository and say what to do with it."""
    from classroom.bundle import write_bundle

    try:
        written, kept = write_bundle(options.folder, options.names)
    except UnknownExercise as problem:
        print(problem, file=sys.stderr)
        return 2
    for path in written:
        print(f"{path}: written")
    for path in kept:
        print(f"{path}: kept as it is")
    print(f"next: cd {options.folder} && git init && git add . && git commit")
    return 0


def key(options: argparse.Namespace) -> int:
    """Write the instructor's key."""
    from classroom.key import write_key

    try:
        count = write_key(options.file, options.names)
    except (UnknownExercise, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    print(f"{options.file}: {count} exercises with their solutions; do not publish it")
    return 0


def slides(options: argparse.Namespace) -> int:
    """Write the slides of each part."""
    from classroom.slides import write_slides

    for path in write_slides(options.folder):
        print(f"{path}: written")
    return 0


def formgrader(options: argparse.Namespace) -> int:
    """Open a course in JupyterLab, with nbgrader's pages, until Ctrl-C."""
    from classroom.formgrader import NoCourse, serve  # nbgrader: seconds
    from classroom.sandbox import SandboxUnavailable, require
    from tasks.lab import settle

    try:
        require()
    except SandboxUnavailable as problem:  # the other pages work without it
        print(f"{problem}\nUntil then, Autograde grades nothing.", file=sys.stderr)
    settle()
    try:
        serve(options.folder, port=options.port, browser=not options.no_browser)
    except NoCourse as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def grade(options: argparse.Namespace) -> int:
    """Grade what was handed in, tell how far it is, write the CSV."""
    from classroom import engines, grading  # nbgrader: seconds
    from classroom.sandbox import SandboxUnavailable, require

    try:
        require()
    except SandboxUnavailable as problem:
        print(problem, file=sys.stderr)
        return 2
    course, name = options.folder, options.assignment
    if not (course / "source" / name).is_dir():
        print(f"There is no assignment {name} in {course}/source.", file=sys.stderr)
        return 2
    known = grading.exercises_of(course, name)
    if options.only and options.only not in known:
        print(
            f"{name} has no exercise {options.only}. Its exercises: {', '.join(known)}",
            file=sys.stderr,
        )
        return 2
    if options.only:
        total = len(grading.graded(course, name))
    else:
        total = len(grading.submissions(course, name, again=options.again))
    failed = 0
    engine = (
        engines.Scheduler(options.scheduler)
        if options.scheduler
        else engines.Processes(options.workers)
    )
    again, only = options.again, options.only
    found = grading.grade(course, name, engine=engine, again=again, only=only)
    try:
        for number, one in enumerate(found, 1):
            failed += one.problem is not None
            told = one.problem or f"{one.points:g} of {one.of:g} points"
            print(f"{number}/{total}  {one.student}: {told}", flush=True)
    except engines.SchedulerUnavailable as problem:
        print(problem, file=sys.stderr)
        return 2
    rows = grading.export(course, name, course / f"{name}.csv")
    print(f"{course / f'{name}.csv'}: {rows} lines; {failed} without a grade")
    return 1 if failed else 0


def workers(text: str) -> int:
    """A number of processes, from the command line."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, found {text}")
    return int(text)


def alike(options: argparse.Namespace) -> int:
    """List solutions that are the same but for names and layout."""
    from classroom.likeness import alike

    for name, students in alike(options.folder, options.assignment):
        print(f"{name}: {', '.join(students)}")
    return 0


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="run.py classroom",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("course", help="write a course folder for nbgrader")
    one.add_argument("folder", type=Path, metavar="DIR")
    one.add_argument("names", nargs="*", metavar="NAME", help="chapters or exercises")
    one.add_argument(
        "--each", choices=["chapter", "exercise"], default="chapter",
        help="an assignment for each chapter (the default) or each exercise",
    )  # fmt: skip
    one.set_defaults(run=course)
    one = commands.add_parser("bundle", help="write a starter repository with pytest")
    one.add_argument("folder", type=Path, metavar="DIR")
    one.add_argument("names", nargs="*", metavar="NAME", help="chapters or exercises")
    one.set_defaults(run=bundle)
    one = commands.add_parser("key", help="write the instructor's key")
    one.add_argument("file", type=Path, metavar="FILE.html")
    one.add_argument("names", nargs="*", metavar="NAME", help="chapters or exercises")
    one.set_defaults(run=key)
    one = commands.add_parser("slides", help="write slides of the timelines")
    one.add_argument("folder", type=Path, metavar="DIR")
    one.set_defaults(run=slides)
    one = commands.add_parser("formgrader", help="open a course in JupyterLab")
    one.add_argument("folder", type=Path, metavar="DIR")
    one.add_argument("--no-browser", action="store_true", help="open no browser")
    one.add_argument("--port", type=int, default=8888, help="first to try (8888)")
    one.set_defaults(run=formgrader)
    for run, text in ((grade, "grade an assignment"), (alike, "list like solutions")):
        one = commands.add_parser(run.__name__, help=text)
        one.add_argument("folder", type=Path, metavar="DIR")
        one.add_argument("assignment", metavar="ASSIGNMENT")
        one.set_defaults(run=run)
        if run is grade:
            where = one.add_mutually_exclusive_group()
            where.add_argument(
                "--workers", type=workers, default=1, metavar="N",
                help="processes of this machine, 1 at least (1)",
            )  # fmt: skip
            where.add_argument(
                "--scheduler", metavar="ADDRESS",
                help="grade by the workers of a Dask scheduler: tcp://HOST:PORT",
            )  # fmt: skip
            which = one.add_mutually_exclusive_group()
            which.add_argument("--again", action="store_true", help="also what was")
            which.add_argument(
                "--only", default="", metavar="EXERCISE",
                help="judge this exercise anew in all that was graded",
            )  # fmt: skip
    options = parser.parse_args(argv)
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
