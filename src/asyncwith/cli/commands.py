"""The shell's command: check exercises, watch files, list, start, set up kernels."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

__all__ = ["main"]

_EXAMPLES = """\
examples:
  asyncwith list                                     the exercises, with minutes
  asyncwith start work                               a starter file for each, in work/
  asyncwith check promise/timer work/promise/timer.py
  asyncwith check promise/timer 01_promise.ipynb     the same, from a notebook
  asyncwith watch work                               check again at each save
"""


def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0 passed or done; 1 not passed; 2 the command was not understood.
    """
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except BrokenPipeError:  # `asyncwith list | head`
        sys.stderr.close()
        return 1
    except (LookupError, OSError, ValueError) as error:
        print(f"asyncwith: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="asyncwith",
        description='Exercises of the book "async with", from the shell.',
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    check = commands.add_parser(
        "check", help="check one exercise in a file or notebook"
    )
    check.add_argument("exercise", help="its name, such as promise/timer")
    check.add_argument("file", type=Path, help="a .py file, or a notebook")
    check.add_argument("--json", action="store_true", help="print the verdict as JSON")
    _add_limit(check)
    check.set_defaults(run=_check)

    watch = commands.add_parser("watch", help="check again each time a file is saved")
    watch.add_argument(
        "target", type=Path, nargs="?", default=Path(), help="folder or file (.)"
    )
    _add_limit(watch)
    watch.set_defaults(run=_watch)

    listing = commands.add_parser("list", help="the exercises, their minutes and state")
    listing.add_argument(
        "folder", type=Path, nargs="?", default=Path(), help="your starter files (.)"
    )
    listing.set_defaults(run=_list)

    start = commands.add_parser("start", help="write a starter file for each exercise")
    start.add_argument(
        "folder", type=Path, nargs="?", default=Path(), help="where to (.)"
    )
    start.set_defaults(run=_start)

    kernel = commands.add_parser(
        "kernel", help="have this environment's kernels load the extension"
    )
    kernel.add_argument("--remove", action="store_true", help="no longer")
    kernel.set_defaults(run=_kernel)
    return parser


def _add_limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--limit",
        type=float,
        default=5.0,
        metavar="SECONDS",
        help="longest for one case (5)",
    )


def _check(arguments: argparse.Namespace) -> int:
    from asyncwith.catalogue import find

    exercise = find(arguments.exercise)
    if not arguments.file.is_file():
        raise FileNotFoundError(f"there is no file {str(arguments.file)!r} to check")

    from asyncwith.checking.isolation import judge_apart
    from asyncwith.checking.sources import read_submission

    blocks = read_submission(arguments.file, exercise.name)
    verdict = judge_apart(exercise, blocks, limit=arguments.limit)
    if arguments.json:
        import dataclasses
        import json

        print(json.dumps(dataclasses.asdict(verdict), ensure_ascii=False))
    else:
        print(repr(verdict) if verdict.passed else verdict)
    return 0 if verdict.passed else 1


def _watch(arguments: argparse.Namespace) -> int:
    from asyncwith.cli.watching import watch

    watch(arguments.target, limit=arguments.limit)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from asyncwith.catalogue import exercises
    from asyncwith.cli.progress import Progress

    progress = Progress(arguments.folder)
    for exercise in exercises():
        state = progress.state(exercise)
        row = (
            f"{exercise.name:<36}{exercise.minutes:>3} min  {exercise.title:<44}{state}"
        )
        print(row.rstrip())
    if progress.here():
        print(progress.bar())
    return 0


def _start(arguments: argparse.Namespace) -> int:
    from asyncwith.cli.progress import write_starters

    written, kept = write_starters(arguments.folder)
    for path in written:
        print(path)
    print(f"{len(written)} written, {len(kept)} kept as they are")
    print(f"Now: asyncwith watch {arguments.folder}")
    return 0


def _kernel(arguments: argparse.Namespace) -> int:
    from asyncwith.cli.kernels import config_file, install, remove

    path = config_file()
    if arguments.remove:
        done = "removed from" if remove(path) else "was not in"
    else:
        done = "written to" if install(path) else "already in"
    print(f"the line that loads the extension: {done} {path}")
    return 0
