"""Grade a whole assignment: several submissions at a time, and resumable.

Each submission is a shard (`classroom.shards`), which an engine
(`classroom.engines`) has graded somewhere, and which is merged into the course's
gradebook when its outcome is there. What was merged is not graded again, so that a
run that was interrupted goes on.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from classroom.engines import Engine, Processes
from classroom.shards import DATABASE, Outcome, share, work

__all__ = ["Graded", "exercises_of", "export", "grade", "graded", "submissions"]


@dataclass(frozen=True)
class Graded:
    """How one submission went.

    Attributes
    ----------
    student
        Whose it is.
    points, of
        Its points, and those of the assignment; None where it has no grade.
    problem
        Why it has none.
    """

    student: str
    points: float | None = None
    of: float | None = None
    problem: str | None = None


def submissions(course: Path, assignment: str, *, again: bool = False) -> list[str]:
    """The students whose submission is to be graded, in order.

    Parameters
    ----------
    again
        Also those that have been.
    """
    found = _students(course / "submitted", assignment)
    done = _students(course / "autograded", assignment)
    return [student for student in found if again or student not in done]


def graded(course: Path, assignment: str) -> list[str]:
    """The students whose submission is there and has been graded, in order."""
    found = _students(course / "submitted", assignment)
    return [s for s in _students(course / "autograded", assignment) if s in found]


def exercises_of(course: Path, assignment: str) -> list[str]:
    """The names of an assignment's exercises, in their order."""
    return [
        grade_id.removesuffix("-check").replace("-", "/", 1)
        for path in sorted((course / "source" / assignment).glob("*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
        if cell.metadata.get("nbgrader", {}).get("grade")
        and (grade_id := _grade_id(cell)) is not None
    ]


def _students(folder: Path, assignment: str) -> list[str]:
    return sorted(found.parent.name for found in folder.glob(f"*/{assignment}"))


def grade(
    course: Path,
    assignment: str,
    *,
    engine: Engine | None = None,
    again: bool = False,
    only: str = "",
) -> Iterator[Graded]:
    """Grade the submissions of an assignment; yield each when it is merged.

    Parameters
    ----------
    course
        nbgrader's course folder.
    engine
        Where they are graded; by default in one process after the other.
    again
        Also grade those that have been.
    only
        Judge this exercise anew (``"promise/timer"``) in all that have been
        graded, as when its check was mended; their other grades stay.
    """
    course = course.resolve()
    students = (
        graded(course, assignment)
        if only
        else submissions(course, assignment, again=again)
    )
    shared = share(course, assignment, only)
    works = (work(course, assignment, student) for student in students)
    for outcome in (engine or Processes(1)).run(shared, works):
        if outcome.problem is None:
            yield _merge(course, outcome, assignment, only)
        else:
            yield Graded(outcome.student, problem=outcome.problem)


def _merge(course: Path, outcome: Outcome, assignment: str, only: str) -> Graded:
    """Take a shard's grades into the course's gradebook, then its notebooks."""
    student = outcome.student
    check = f"{only.replace('/', '-')}-check" if only else ""
    with (
        tempfile.TemporaryDirectory(prefix="grading-") as folder,
        warnings.catch_warnings(action="ignore", category=SAWarning),
    ):
        shard = Path(folder)
        (shard / DATABASE).write_bytes(outcome.gradebook)
        for name, content in outcome.autograded.items():
            (shard / "autograded" / name).parent.mkdir(parents=True, exist_ok=True)
            (shard / "autograded" / name).write_bytes(content)
        result = _merge_grades(course, shard, assignment, student, check)
        target = course / "autograded" / student / assignment
        fresh = shard / "autograded"
        if check:
            for path in target.glob("*.ipynb"):
                _take_output(fresh / path.name, path, check)
        else:
            shutil.rmtree(target, ignore_errors=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(fresh, target)
    return result


def _merge_grades(
    course: Path, shard: Path, assignment: str, student: str, check: str
) -> Graded:
    with (
        Gradebook(f"sqlite:///{shard / DATABASE}") as theirs,
        Gradebook(f"sqlite:///{course / DATABASE}") as ours,
    ):
        found = theirs.find_submission(assignment, student)
        ours.update_or_create_student(student)
        ours.update_or_create_submission(assignment, student, timestamp=found.timestamp)
        for notebook in found.notebooks:
            mine = ours.find_submission_notebook(notebook.name, assignment, student)
            mine.late_submission_penalty = notebook.late_submission_penalty
            for theirs_grade in notebook.grades:
                if check not in ("", theirs_grade.name):
                    continue
                where = (theirs_grade.name, notebook.name, assignment, student)
                to = ours.find_grade(*where)
                to.auto_score = theirs_grade.auto_score
                to.needs_manual_grade = theirs_grade.needs_manual_grade
            for comment in notebook.comments:
                if check not in ("", comment.name):
                    continue
                where = (comment.name, notebook.name, assignment, student)
                ours.find_comment(*where).auto_comment = comment.auto_comment
        ours.db.commit()
        merged = ours.find_submission(assignment, student)
        return Graded(student, merged.score, merged.max_score)


def _take_output(fresh: Path, target: Path, check: str) -> None:
    """Put the fresh output of one cell into a graded notebook."""
    new, old = (nbformat.read(path, as_version=4) for path in (fresh, target))
    outputs = {_grade_id(cell): cell.get("outputs") for cell in new.cells}
    for cell in old.cells:
        if _grade_id(cell) == check:
            cell.outputs = outputs[check]
    nbformat.write(old, target)


def _grade_id(cell: Any) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def export(course: Path, assignment: str, file: Path) -> int:
    """Write a line for each exercise of each submission; return how many.

    The columns are student, exercise, points, of, and the reason: the verdict
    as the student reads it.
    """
    rows: list[dict[str, Any]] = []
    with Gradebook(f"sqlite:///{course / DATABASE}") as gradebook:
        for found in gradebook.assignment_submissions(assignment):
            for notebook in found.notebooks:
                reasons = _reasons(course, found.student.id, assignment, notebook.name)
                rows += [
                    {
                        "student": found.student.id,
                        "exercise": grade.name.removesuffix("-check"),
                        "points": grade.score,
                        "of": grade.max_score,
                        "reason": reasons.get(grade.name, ""),
                    }
                    for grade in notebook.grades
                ]
    rows.sort(key=lambda row: (row["student"], row["exercise"]))
    with open(file, "w", encoding="utf-8", newline="") as target:
        names = ["student", "exercise", "points", "of", "reason"]
        writer = csv.DictWriter(target, names)
        writer.writeheader()
        writer.writerows({k: _inert(v) for k, v in row.items()} for row in rows)
    return len(rows)


def _inert(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@"))
    return f"'{value}" if formula else value


def _reasons(
    course: Path, student: str, assignment: str, notebook: str
) -> dict[str, str]:
    """The verdicts in a graded notebook, by the names of their cells."""
    path = course / "autograded" / student / assignment / f"{notebook}.ipynb"
    if not path.is_file():
        return {}
    return {
        cell.metadata.nbgrader.grade_id: "\n".join(
            "\n".join(output.get("traceback", [])) or output.get("text", "")
            for output in cell.outputs
            if output.output_type in ("stream", "error")
        ).strip()
        for cell in nbformat.read(path, as_version=4).cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
