"""The points: of each exercise's minutes, the part that its passed cases are.

A file that is still its starter has none. The points stand below pytest's
report, in the run's summary on GitHub, and in ``points.txt``, from which the
workflow tells them to GitHub Classroom.
"""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from asyncwith.catalogue import find
from asyncwith.cli.progress import starter_file

EXERCISES = json.loads(Path(__file__).with_name("exercises.json").read_text("utf-8"))


def rows(
    outcomes: dict[str, Counter[str]], folder: Path
) -> list[tuple[str, int, int, int, int]]:
    """Name, passed cases, cases, points, and possible points of what has run."""
    found: list[tuple[str, int, int, int, int]] = []
    for one in EXERCISES:
        name, of, most = one["name"], len(one["cases"]), one["points"]
        if name in outcomes:
            passed = outcomes[name]["passed"]
            points = most * passed // of  # whole ones
            if not begun(name, folder):
                points = 0
            found.append((name, passed, of, points, most))
    return found


def begun(name: str, folder: Path) -> bool:
    """Whether the exercise's file is another than its starter."""
    file = folder / f"{name}.py"
    return file.is_file() and file.read_text("utf-8") != starter_file(find(name))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    outcomes: dict[str, Counter[str]] = {}
    for outcome in ("passed", "failed", "skipped", "error"):
        for report in terminalreporter.getreports(outcome):
            name = report.nodeid.partition("test_case[")[2].partition(":")[0]
            if name:
                outcomes.setdefault(name, Counter())[outcome] += 1
    found = rows(outcomes, config.rootpath)
    total, possible = sum(row[3] for row in found), sum(row[4] for row in found)
    terminalreporter.section("points")
    for name, passed, of, points, most in found:
        terminalreporter.line(
            f"{name:<36}{passed:>3} of {of:>2} cases{points:>5} of {most:>2} points"
        )
    terminalreporter.line(f"{'together':<51}{total:>5} of {possible} points")
    report = json.dumps({"totalPoints": total, "maxPoints": possible})
    (config.rootpath / "points.txt").write_text(
        f"::notice title=Autograding complete::Points {total}/{possible}\n"
        f"::notice title=Autograding report::{report}\n",
        "utf-8",
    )
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with open(summary, "a", encoding="utf-8") as file:
            file.write(f"## {total} of {possible} points\n\n")
            file.write("| exercise | cases passed | points |\n|---|---|---|\n")
            for name, passed, of, points, most in found:
                file.write(f"| {name} | {passed} of {of} | {points} of {most} |\n")
