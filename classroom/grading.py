"""Grade a whole assignment: several submissions at a time, and resumable.

nbgrader's gradebook is one SQLite file, which one process at a time can use. So
each submission is a shard: a course folder of its own with a copy of the
gradebook, graded by nbgrader there, and merged when it has ended. What was
merged is not graded again, so that a run that was interrupted goes on.
"""

from __future__ import annotations

import csv
import multiprocessing
import re
import shutil
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from sqlalchemy.exc import SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from classroom.course import CONFIG

__all__ = ["Graded", "exercises_of", "export", "grade", "graded", "submissions"]

_SHARDS = ".grading"
_DATABASE = "gradebook.db"
_RAISED = re.compile(r"[\w.]+(Error|Exception|Unavailable)\b.*:")


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
    workers: int = 1,
    again: bool = False,
    only: str = "",
) -> Iterator[Graded]:
    """Grade the submissions of an assignment; yield each when it is merged.

    Parameters
    ----------
    course
        nbgrader's course folder.
    workers
        How many submissions are graded at a time.
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
    fork = multiprocessing.get_context("fork")  # nbgrader is imported once
    with ProcessPoolExecutor(workers, mp_context=fork) as pool:
        running = {
            pool.submit(_grade_shard, course, assignment, student, only): student
            for student in students
        }
        for future in as_completed(running):
            student = running[future]
            shard = course / _SHARDS / assignment / student
            problem = future.result()
            if problem is None:
                yield _merge(course, shard, assignment, student, only)
            else:
                yield Graded(student, problem=problem)
            shutil.rmtree(shard, ignore_errors=True)
    shutil.rmtree(course / _SHARDS, ignore_errors=True)


def _grade_shard(course: Path, assignment: str, student: str, only: str) -> str | None:
    """Grade one submission in a course folder of its own; what went wrong."""
    shard = course / _SHARDS / assignment / student
    shutil.rmtree(shard, ignore_errors=True)
    (shard / "submitted" / student).mkdir(parents=True)
    (shard / "source").symlink_to(course / "source")
    (shard / "submitted" / student / assignment).symlink_to(
        course / "submitted" / student / assignment
    )
    shutil.copyfile(course / _DATABASE, shard / _DATABASE)
    warnings.simplefilter("ignore", SAWarning)  # nbgrader's own use of its database
    config = Config(PyFileConfigLoader(CONFIG, path=str(course)).load_config())
    config.CourseDirectory.root = str(shard)
    config.ExecuteConfined.only = only
    done = NbGraderAPI(config=config).autograde(assignment, student, force=True)
    if done["success"]:
        return None
    told = [line.strip() for line in done["log"].splitlines()]
    telling = [line for line in told if _RAISED.match(line)]
    return (telling or told or ["nbgrader does not say why"])[-1]


def _merge(
    course: Path, shard: Path, assignment: str, student: str, only: str
) -> Graded:
    """Take a shard's grades into the course's gradebook, then its notebooks."""
    check = f"{only.replace('/', '-')}-check" if only else ""
    with (
        warnings.catch_warnings(action="ignore", category=SAWarning),
        Gradebook(f"sqlite:///{shard / _DATABASE}") as theirs,
        Gradebook(f"sqlite:///{course / _DATABASE}") as ours,
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
        result = Graded(student, merged.score, merged.max_score)
    target = course / "autograded" / student / assignment
    fresh = shard / "autograded" / student / assignment
    if check:
        for path in target.glob("*.ipynb"):
            _take_output(fresh / path.name, path, check)
        return result
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(fresh, target)
    return result


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
    with Gradebook(f"sqlite:///{course / _DATABASE}") as gradebook:
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
