"""Judge the exercises of a notebook, each check in a sandbox of its own.

A check that ran beside the student's cells would be theirs to replace: they
could define `check` themselves. So it runs in a fresh process, which loads the
check before the submission, and answers through a pipe.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asyncwith.catalogue import Exercise
from asyncwith.checking.isolation import judge_apart
from asyncwith.checking.sources import Block, read_submission
from asyncwith.checking.verdicts import Verdict
from classroom.databases import Server, needs_database
from classroom.sandbox import Confined, Limits

__all__ = ["credit", "judge", "submitted"]


def submitted(notebook: Any, exercise: Exercise) -> list[list[Block]]:
    """The code that a notebook holds for an exercise, in the ways to read it.

    The first is that of ``asyncwith check``: the exercise's own cells. The
    second, where it differs, adds the cells that belong to no exercise and
    stand before the check: a student's imports and helpers.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "submission.ipynb")
        path.write_text(json.dumps(notebook), "utf-8")
        own = read_submission(path, exercise.name)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    helpers: list[Block] = []
    for number, cell in enumerate(code, 1):
        if cell["metadata"].get("exercise") == exercise.name:
            break
        if "exercise" not in cell["metadata"] and "nbgrader" not in cell["metadata"]:
            source = "".join(cell["source"])
            if source.strip() != "from asyncwith import check":
                helpers.append(Block(f"cell helper {number}", source))
    return [own, [*helpers, *own]] if helpers else [own]


def judge(
    notebook: Any,
    exercise: Exercise,
    limits: Limits,
    server: Server | None,
    case_seconds: float = 5.0,
) -> Verdict:
    """Judge one exercise of a notebook in a sandbox.

    Parameters
    ----------
    notebook
        The submission.
    limits
        What each check may use.
    server
        Where an exercise that needs PostgreSQL gets a role and a database of
        its own.
    case_seconds
        Upper bound of each case's deadline, and of loading the code.

    Raises
    ------
    SandboxUnavailable
        There is no sandbox; nothing has been run.
    """
    verdicts: list[Verdict] = []
    for blocks in submitted(notebook, exercise):
        verdicts.append(_judge(exercise, blocks, limits, server, case_seconds))
        if verdicts[-1].passed:
            break
    return max(verdicts, key=lambda verdict: (verdict.passed, verdict.cases))


def _judge(
    exercise: Exercise,
    blocks: list[Block],
    limits: Limits,
    server: Server | None,
    case_seconds: float,
) -> Verdict:
    with contextlib.ExitStack() as stack:
        environment: Mapping[str, str] = {}
        sockets: Path | None = None
        if server is not None and needs_database(exercise):
            environment = stack.enter_context(server.database())
            sockets = server.sockets
        confined = stack.enter_context(Confined(limits))
        verdict = judge_apart(
            exercise,
            blocks,
            limit=case_seconds,
            confine=lambda command, work: confined.command(
                command, work=work, sockets=sockets, environment=environment
            ),
        )
        if confined.stopped and not verdict.passed:
            verdict = dataclasses.replace(
                verdict,
                saw=f"it was stopped: it used {confined.stopped}",
                hint="What here never ends, or takes ever more?",
            )
    return verdict


def credit(verdict: Verdict, exercise: Exercise, source: str, points: float) -> float:
    """Points for a verdict: all for a pass, else its share of passed cases.

    Parameters
    ----------
    source
        The student's solution; the starter as it was given earns nothing.
    points
        For a pass.

    Examples
    --------
    >>> from asyncwith.catalogue import find
    >>> timer = find("promise/timer")
    >>> credit(Verdict(timer.name, False, 2, 5), timer, "class Timer: ...", 10)
    4.0
    >>> credit(Verdict(timer.name, False, 2, 5), timer, timer.read("starter.py"), 10)
    0.0
    """
    if verdict.passed:
        return points
    if not verdict.of or source.strip() == exercise.read("starter.py").strip():
        return 0.0
    return round(points * min(verdict.cases, verdict.of - 1) / verdict.of, 1)
