"""Run an exercise's check on every mutant of its solution.

    python -m tests.exercises.mutants promise/timer     a table for its author

A mutant that the check lets pass stands in the exercise's ``equivalent.toml``
with the reason why nobody can tell it from the solution, or the check needs a
case more:

    [[equivalent]]
    operator = "swap cleanup"
    line = 'log.append("exit")'
    reason = "The two lines touch different things; no order can be observed."

Each mutant is judged in a fork of a small process that has loaded the check
once, so that hundreds run in seconds and none can hurt another.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import difflib
import json
import os
import resource
import select
import signal
import sys
import time
import tomllib
from types import ModuleType

from asyncwith.catalogue import Exercise, exercises, find
from asyncwith.checking import judging
from asyncwith.checking.cases import Cases, load_cases
from asyncwith.checking.judging import judge
from tests.exercises.mutation import Mutant, mutants

PATIENCE = 1.0  # seconds for one case of a mutant: a solution's takes milliseconds
MEMORY = 4 << 30  # bytes of address space of a fork


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of a mutant: the hint it got, or that it passed."""

    mutant: Mutant
    passed: bool
    said: str


def judged(
    exercise: Exercise, cases: Cases, source: str, limit: float
) -> tuple[bool, str]:
    """Whether the check passes a source, in a fork; and what it said."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _in_fork(exercise, cases, source, limit, writer)
    os.close(writer)
    try:
        ready = select.select([reader], [], [], 4 * limit + 2)[0]
        answer = os.read(reader, 65536) if ready else b""
    finally:
        os.close(reader)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if not answer:
        return False, "never ended" if not ready else "ended the process"
    said = json.loads(answer)
    return said["passed"], said["said"]


def _in_fork(
    exercise: Exercise, cases: Cases, source: str, limit: float, writer: int
) -> None:
    os.setpgid(0, 0)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    judging._PATIENCE = 0.2  # what blocks is not waited for
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    write, leave = os.write, os._exit
    module = ModuleType("submission")
    sys.modules["submission"] = module
    try:
        exec(compile(source, "mutant", "exec"), vars(module))
        verdict = asyncio.run(judge(exercise, vars(module), limit=limit, cases=cases))
        said = {"passed": verdict.passed, "said": f"{verdict.fault}: {verdict.hint}"}
    except BaseException as error:
        said = {"passed": False, "said": f"raised {type(error).__name__}"}
    write(writer, json.dumps(said).encode())
    leave(0)


def outcomes(exercise: Exercise) -> list[Outcome]:
    """Every mutant's outcome.

    Raises
    ------
    AssertionError
        The solution itself does not pass.
    """
    cases = load_cases(exercise)
    solution = exercise.read("solution.py")
    begun = time.monotonic()
    passed, said = judged(exercise, cases, solution, 10.0)
    assert passed, f"the solution of {exercise.name} does not pass: {said}"
    limit = max(PATIENCE, 5 * (time.monotonic() - begun))
    return [
        Outcome(mutant, *judged(exercise, cases, mutant.source, limit))
        for mutant in mutants(solution)
    ]


def complaints(exercise: Exercise, found: list[Outcome]) -> list[str]:
    """What is wrong: mutants that pass unlisted, and entries without a mutant."""
    entries = tomllib.loads(exercise.read("equivalent.toml")).get("equivalent", [])
    listed = {(entry["operator"], entry["line"]) for entry in entries}
    alive = [o.mutant for o in found if o.passed]
    passing = {(mutant.operator, mutant.line) for mutant in alive}
    problems = [
        f"{exercise.name}/equivalent.toml: {entry['operator']!r} at {entry['line']!r} "
        + ("needs a reason" if not entry.get("reason") else "matches no passing mutant")
        for entry in entries
        if not entry.get("reason") or (entry["operator"], entry["line"]) not in passing
    ]
    for mutant in alive:
        if (mutant.operator, mutant.line) not in listed:
            problems.append(
                f"{exercise.name}: the check passes a mutant\n"
                f"  operator = {json.dumps(mutant.operator)}\n"
                f"  line = {json.dumps(mutant.line, ensure_ascii=False)}\n"
                + _difference(exercise.read("solution.py"), mutant.source)
            )
    return problems


def _difference(solution: str, mutant: str) -> str:
    import ast

    plain = ast.unparse(ast.parse(solution)).splitlines()
    rows = list(difflib.unified_diff(plain, mutant.splitlines(), lineterm="", n=2))
    return "\n".join("    " + row for row in rows[2:])


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.exercises.mutants")
    parser.add_argument("exercise", nargs="*", help="names; all exercises if none")
    parser.add_argument("--all", action="store_true", help="show rejected ones too")
    options = parser.parse_args(argv)
    bad = 0
    for exercise in map(find, options.exercise) if options.exercise else exercises():
        begun = time.monotonic()
        found = outcomes(exercise)
        problems = complaints(exercise, found)
        bad += len(problems)
        if options.all:
            for one in found:
                state = "PASSED" if one.passed else "rejected"
                where = f"{one.mutant.operator:<19} {one.mutant.line:<40}"
                print(f"{state:<9}{where} {one.said}")
        print(*problems, sep="\n", end="\n" if problems else "")
        passed = sum(one.passed for one in found)
        print(
            f"{exercise.name}: {len(found)} mutants, {len(found) - passed} rejected, "
            f"{passed} passed, {len(problems)} to explain, "
            f"{time.monotonic() - begun:.1f} s",
            flush=True,
        )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
