"""Grading in parallel: the same grades as one by one, resumed, with reasons."""

import csv
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from asyncwith.catalogue import find
from classroom.grading import submissions
from tasks import classroom
from tests.classroom.conftest import hand_in, moved, nbgrader, write_course

NAME = "promise-timer"
TIMER = find("promise/timer")
HANDED_IN = {
    "ada": TIMER.read("solution.py"),
    "bob": TIMER.read("starter.py"),
    "cyd": next(iter(sorted((TIMER.folder / "wrong").glob("*.py")))).read_text(),
    "dan": "import os\nos._exit(0)\n",
}


def grades(course: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        found = gradebook.assignment_submissions(NAME)
        return {one.student.id: one.score for one in found}


def handed_in(course: Path) -> dict[str, str]:
    """When each submission was handed in."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        found = gradebook.assignment_submissions(NAME)
        return {one.student.id: str(one.timestamp) for one in found}


def hand_in_all(course: Path) -> None:
    for student, source in HANDED_IN.items():
        hand_in(course, NAME, student, source)
    stamp = course / "submitted" / "ada" / NAME / "timestamp.txt"
    stamp.write_text("2026-03-02 10:11:12 UTC")


@pytest.fixture(scope="module")
def course(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = moved(released, tmp_path_factory.mktemp("parallel") / "async")
    hand_in_all(course)
    assert classroom.main(["grade", str(course), NAME, "--workers", "2"]) == 0
    return course


def test_the_grades_are_those_of_nbgrader_one_by_one(
    course: Path, released: Path, tmp_path: Path
) -> None:
    serial = moved(released, tmp_path / "serial")
    hand_in_all(serial)
    nbgrader(serial, "autograde", NAME)
    assert grades(course) == grades(serial)
    assert handed_in(course) == handed_in(serial)
    assert handed_in(course)["ada"] == "2026-03-02 10:11:12"
    assert grades(course)["ada"] == TIMER.minutes
    assert grades(course)["bob"] == 0
    assert 0 < grades(course)["cyd"] < TIMER.minutes
    for student in HANDED_IN:
        path = Path("autograded", student, NAME, f"{NAME}.ipynb")
        one, other = (nbformat.read(c / path, as_version=4) for c in (course, serial))
        assert [c.get("outputs") for c in one.cells] == [
            c.get("outputs") for c in other.cells
        ]


def test_what_was_graded_is_not_graded_again(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert submissions(course, NAME) == []
    assert submissions(course, NAME, again=True) == sorted(HANDED_IN)
    hand_in(course, NAME, "=eve", "Timer = None\n")
    assert classroom.main(["grade", str(course), NAME]) == 0
    assert "1/1  =eve: 0 of 15 points" in capsys.readouterr().out
    assert not (course / ".grading").exists()
    with open(course / f"{NAME}.csv", encoding="utf-8", newline="") as file:
        students = {row["student"] for row in csv.DictReader(file)}
    assert students == {*HANDED_IN, "'=eve"}  # which no spreadsheet computes


def test_the_list_gives_reasons(course: Path) -> None:
    with open(course / f"{NAME}.csv", encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows["ada"]["reason"].startswith("promise/timer: passed")
    assert rows["bob"]["exercise"] == NAME
    hint = HANDED_IN["cyd"].partition("\n")[0].removeprefix("# hint: ")
    assert " ".join(hint.split()) in " ".join(rows["cyd"]["reason"].split())
    assert float(rows["cyd"]["points"]) < float(rows["cyd"]["of"]) == TIMER.minutes


def test_solutions_that_are_alike_are_listed(
    released: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = moved(released, tmp_path / "alike")
    written = "class Timer:\n    def __enter__(self):\n        return self\n"
    renamed = "class Timer:  # mine\n\n    def __enter__(me):\n        return me\n"
    other = "class Timer:\n    def __enter__(self):\n        return None\n"
    ours = [TIMER.read("starter.py")] * 2 + [TIMER.read("solution.py")] * 2
    for student, source in zip(
        "abcdefg", [*ours, written, renamed, other], strict=True
    ):
        hand_in(course, NAME, student, source)
    capsys.readouterr()
    assert classroom.main(["alike", str(course), NAME]) == 0
    assert capsys.readouterr().out == "promise/timer: e, f\n"


def test_an_assignment_that_is_not_there_is_told(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert classroom.main(["grade", str(course), "promis"]) == 2
    assert "There is no assignment promis" in capsys.readouterr().err


@pytest.fixture(scope="module")
def chapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chapter's assignment, graded: one student's solutions, another's starters."""
    course = write_course(tmp_path_factory.mktemp("only") / "async", "promise")
    name = "promise"
    nbgrader(course, "generate_assignment", name)
    for student, solved in (("ada", True), ("bob", False)):
        found = nbformat.read(course / "release" / name / f"{name}.ipynb", as_version=4)
        for cell in found.cells:
            exercise = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if solved and cell.metadata.get("nbgrader", {}).get("solution"):
                cell.source = find(exercise.replace("-", "/", 1)).read("solution.py")
        target = course / "submitted" / student / name
        target.mkdir(parents=True)
        nbformat.write(found, target / f"{name}.ipynb")
    assert classroom.main(["grade", str(course), name, "--workers", "2"]) == 0
    return course


def scores(course: Path) -> dict[tuple[str, str], float]:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            (found.student.id, grade.name): grade.score
            for found in gradebook.assignment_submissions("promise")
            for notebook in found.notebooks
            for grade in notebook.grades
        }


def spoil(course: Path) -> None:
    """Give the grades and the verdicts of checks that were all wrong."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for found in gradebook.assignment_submissions("promise"):
            for notebook in found.notebooks:
                for grade in notebook.grades:
                    grade.auto_score = 1.0
        gradebook.db.commit()
    for path in (course / "autograded").glob("*/*/*.ipynb"):
        found = nbformat.read(path, as_version=4)
        for cell in found.cells:
            if cell.metadata.get("nbgrader", {}).get("grade"):
                cell.outputs = [nbformat.v4.new_output("stream", text="spoilt")]
        nbformat.write(found, path)


def test_one_exercise_is_judged_anew_and_the_others_stay(
    chapter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(chapter)
    capsys.readouterr()
    command = ["grade", str(chapter), "promise", "--only", "promise/timer"]
    assert classroom.main(command) == 0
    assert "2/2 " in capsys.readouterr().out
    found = scores(chapter)
    assert found.pop(("ada", "promise-timer-check")) == TIMER.minutes
    assert found.pop(("bob", "promise-timer-check")) == 0
    assert len(found) >= 2 and set(found.values()) == {1.0}
    with open(chapter / "promise.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    reasons = {(row["student"], row["exercise"]): row["reason"] for row in rows}
    assert reasons.pop(("ada", "promise-timer")).startswith("promise/timer: passed")
    assert reasons.pop(("bob", "promise-timer")).startswith("promise/timer: not yet")
    assert set(reasons.values()) == {"spoilt"}


def test_an_exercise_of_another_assignment_is_refused_with_the_names(
    chapter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["grade", str(chapter), "promise", "--only", "pools/mend_leak"]
    assert classroom.main(command) == 2
    assert "Its exercises: promise/" in capsys.readouterr().err
