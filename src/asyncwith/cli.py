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
    check.add_argument(
        "--limit",
        type=float,
        default=5.0,
        metavar="SECONDS",
        help="longest for one case (5)",
    )
    check.set_defaults(run=_check)
    return parser


def _check(arguments: argparse.Namespace) -> int:
    from asyncwith.catalogue import find

    exercise = find(arguments.exercise)
    if not arguments.file.is_file():
        raise FileNotFoundError(f"there is no file {str(arguments.file)!r} to check")

    from asyncwith.childprocess import judge_apart
    from asyncwith.sources import read_submission

    blocks = read_submission(arguments.file, exercise.name)
    verdict = judge_apart(exercise, blocks, limit=arguments.limit)
    if arguments.json:
        import dataclasses
        import json

        print(json.dumps(dataclasses.asdict(verdict), ensure_ascii=False))
    else:
        print(repr(verdict) if verdict.passed else verdict)
    return 0 if verdict.passed else 1
