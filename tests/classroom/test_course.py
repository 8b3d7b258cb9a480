"""A course from nothing to graded feedback, by nbgrader's own commands."""

import csv
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from asyncwith.catalogue import chapters, exercises, find
from classroom.course import assignments
from tasks import classroom
from tasks._selection import ROOT
from tests.classroom.conftest import nbgrader, write_course

TIMER = find("promise/timer")
NAME = "promise-timer"


def notebook(folder: Path) -> Any:
    return nbformat.read(folder / NAME / f"{NAME}.ipynb", as_version=4)


def cell(found: Any, grade_id: str) -> Any:
    return next(
        cell
        for cell in found.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def test_every_exercise_is_in_one_assignment() -> None:
    made = assignments([])
    assert list(made) == [name for name, _ in chapters() if exercises(name)]
    assert [one for held in made.values() for one in held] == exercises()
    single = assignments([], each="exercise")
    assert list(single.values()) == [[exercise] for exercise in exercises()]


def test_an_unknown_name_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert classroom.main(["course", str(tmp_path), "promise/timr"]) == 2
    assert "Did you mean promise/timer" in capsys.readouterr().err


def test_a_settings_file_stays_the_teachers(tmp_path: Path) -> None:
    config = write_course(tmp_path, NAME.replace("-", "/")) / "nbgrader_config.py"
    config.write_text("# mine\n")
    write_course(tmp_path, NAME.replace("-", "/"))
    assert config.read_text() == "# mine\n"


def test_the_release_has_starters_and_no_solutions(released: Path) -> None:
    found = notebook(released / "release")
    mine = cell(found, NAME)
    assert mine.source == TIMER.read("starter.py").strip()
    assert "starter" not in mine.metadata
    assert "SOLUTION" not in nbformat.writes(found)


def test_the_check_is_locked_and_has_the_points(released: Path) -> None:
    check = cell(notebook(released / "release"), f"{NAME}-check")
    assert check.source == 'await check("promise/timer")'
    assert check.metadata.nbgrader.locked
    assert check.metadata.nbgrader.points == TIMER.minutes
    assert check.metadata.editable is False


def commands() -> list[list[str]]:
    """The commands of the teaching guide's course, in order."""
    page = (ROOT / "book" / "teaching.md").read_text("utf-8")
    course = page.partition("## A course, from nothing to feedback")[2]
    course = course.partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", course, re.S)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def obey(command: list[str], home: Path, here: Path) -> Path:
    """Run one of the guide's commands; where the shell is afterwards."""
    at_home = [word.replace("~", str(home)) for word in command]
    words = [word.replace("$HOME", str(home)) for word in at_home]
    match words:
        case ["cd", folder]:
            Path(folder).mkdir(exist_ok=True)
            return Path(folder)
        case ["source", ".venv/bin/activate"]:
            return here
        case ["python3", "run.py", "classroom", *rest]:
            assert classroom.main(rest) == 0
        case ["nbgrader", *rest]:
            nbgrader(here, *rest)
        case _:
            raise AssertionError(f"what is {words}?")
    return here


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide's course: one student solved it, another left it as it was.

    Before `submit` the student works, and after `collect` a second one's is there.
    """
    home, here = tmp_path_factory.mktemp("home"), ROOT
    for command in commands():
        if "submit" in command:
            found = notebook(home / "student")
            cell(found, NAME).source = TIMER.read("solution.py").strip()
            waits = "import asyncio\n\nprint(await asyncio.sleep(0, 'waited'))"
            found.cells.append(new_code_cell(waits))
            nbformat.write(found, home / "student" / NAME / f"{NAME}.ipynb")
        here = obey(command, home, here)
        if "collect" in command:
            (submitted,) = (here / "submitted").iterdir()
            submitted.rename(submitted.with_name("ada"))
            bob = submitted.with_name("bob")
            shutil.copytree(submitted.with_name("ada"), bob)  # with its timestamp
            released = here / "release" / NAME / f"{NAME}.ipynb"
            shutil.copyfile(released, bob / NAME / released.name)
    return home / "async"


def test_who_solved_it_has_all_points_and_who_did_not_has_none(graded: Path) -> None:
    with open(graded / "grades.csv", encoding="utf-8") as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert rows == {"ada": TIMER.minutes, "bob": 0}


def test_a_cell_that_awaits_at_top_level_works(graded: Path) -> None:
    outputs = notebook(graded / "autograded" / "ada").cells[-1].outputs
    assert [output.text for output in outputs] == ["waited\n"]


def test_the_feedback_loads_nothing(graded: Path) -> None:
    page = graded / "feedback" / "ada" / NAME / f"{NAME}.html"
    assert not re.findall(r"<(?:script|link|img)\b[^>]*//", page.read_text("utf-8"))


def test_the_feedback_tells_the_hint(graded: Path) -> None:
    page = graded / "feedback" / "bob" / NAME / f"{NAME}.html"
    assert "promise/timer: not yet" in page.read_text("utf-8")
    page = graded / "feedback" / "ada" / NAME / f"{NAME}.html"
    assert "promise/timer: passed" in page.read_text("utf-8")
