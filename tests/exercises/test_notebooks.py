"""What is generated from exercises/: notebooks, assignments, unsolved copies."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from asyncwith.catalogue import Exercise, exercises
from tasks import exercises as task

EXERCISES = exercises()
each_exercise = pytest.mark.parametrize(
    "exercise", EXERCISES, ids=[exercise.name for exercise in EXERCISES]
)


@pytest.fixture(scope="module")
def notebooks() -> dict[str, Any]:
    """The generated notebooks by chapter."""
    found = task.generated()
    return {path.stem.partition("_")[2]: notebook for path, notebook in found.items()}


def cells(notebook: Any, exercise: Exercise) -> dict[str, Any]:
    """An exercise's cells by part: text, starter, hints, solution, check."""
    mine = [c for c in notebook.cells if c.metadata.get("exercise") == exercise.name]
    return {cell.id.rpartition("-")[2]: cell for cell in mine}


def test_the_committed_notebooks_are_the_generated_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert task.main(["--check"]) == 0, capsys.readouterr().out


def test_they_are_valid_and_their_ids_are_unique(notebooks: dict[str, Any]) -> None:
    grades: list[str] = []
    for notebook in notebooks.values():
        nbformat.validate(notebook)
        ids = [cell.id for cell in notebook.cells]
        assert len(set(ids)) == len(ids)
        grades += [
            cell.metadata["nbgrader"]["grade_id"]
            for cell in notebook.cells
            if "nbgrader" in cell.metadata
        ]
    assert len(set(grades)) == len(grades) == 2 * len(EXERCISES)
    assert all(re.fullmatch(r"[a-zA-Z0-9_\-]+", grade) for grade in grades)


@each_exercise
def test_an_exercise_is_text_starter_solution_and_check(
    exercise: Exercise, notebooks: dict[str, Any]
) -> None:
    parts = cells(notebooks[exercise.chapter], exercise)
    expected = ["text", "starter", "hints", "solution", "check"]
    assert list(parts) == [p for p in expected if p != "hints" or exercise.hints]
    heading = parts["text"].source.partition("\n")[0]
    assert re.fullmatch(r"## Exercise \d+\.\d+ · .+", heading)
    assert f"{exercise.minutes} minutes" in parts["text"].source
    assert parts["check"].source == f'await check("{exercise.name}")'
    about = parts["check"].metadata["nbgrader"]
    assert (about["locked"], about["points"]) == (True, exercise.minutes)
    solution = parts["solution"]
    assert solution.source.startswith("### BEGIN SOLUTION\n")
    assert solution.source.endswith("\n### END SOLUTION")
    assert "hide-input" in solution.metadata["tags"]


def test_known_mistakes_are_not_shown(notebooks: dict[str, Any]) -> None:
    for notebook in notebooks.values():
        assert not any("# hint:" in cell.source for cell in notebook.cells)


def test_practice_is_unsolved_and_never_overwrites(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert task.main(["--practice", str(tmp_path)]) == 0
    for path in tmp_path.glob("*.ipynb"):
        text = path.read_text("utf-8")
        assert "BEGIN SOLUTION" not in text
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                assert not cell.outputs
            if cell.id.endswith("-solution"):
                mine = next(e for e in EXERCISES if e.name == cell.metadata["exercise"])
                assert cell.source == mine.read("starter.py").strip()
        path.write_text("mine", "utf-8")
    capsys.readouterr()
    assert task.main(["--practice", str(tmp_path)]) == 0
    assert "kept, it is yours" in capsys.readouterr().out
    assert all(p.read_text("utf-8") == "mine" for p in tmp_path.glob("*.ipynb"))


def test_release_has_assignments_and_starter_files(tmp_path: Path) -> None:
    assert task.main(["--release", str(tmp_path)]) == 0
    for chapter in {exercise.chapter for exercise in EXERCISES}:
        path = tmp_path / "source" / chapter / f"{chapter}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        for exercise in exercises(chapter):
            parts = cells(notebook, exercise)
            assert "starter" not in parts
            assert "### BEGIN SOLUTION" in parts["solution"].source
            starter = parts["solution"].metadata["starter"]
            assert starter == exercise.read("starter.py").strip()
            file = tmp_path / "starters" / f"{exercise.name}.py"
            assert starter in file.read_text("utf-8")


def test_a_changed_source_loses_its_output_and_no_other(tmp_path: Path) -> None:
    first = task.solved("promise", 1, "The promise")
    for cell in first.cells:
        if cell.cell_type == "code":
            cell.execution_count = 7
    before = tmp_path / "before.ipynb"
    before.write_text(task.written(first), "utf-8")
    again = task.solved("promise", 1, "The promise")
    code = [cell for cell in again.cells if cell.cell_type == "code"]
    code[0].source += "\n# changed"
    task.keep_outputs(again, before)
    assert [cell.execution_count for cell in code] == [None] + [7] * (len(code) - 1)


def test_the_tag_of_what_cannot_run_in_the_browser(tmp_path: Path) -> None:
    (tmp_path / "text.md").write_text(
        "# Stop · 5 minutes\nlocal-only: signals\n\nWrite `stop`.\n", "utf-8"
    )
    exercise = Exercise("made/up", tmp_path)
    assert (exercise.local_only, exercise.task) == ("signals", "Write `stop`.\n")
    made = list(task.exercise_cells(exercise, "1.1"))
    tags = [cell.metadata.get("tags", []) for cell in made if cell.cell_type == "code"]
    assert tags == [["hide-input"], ["local-only:signals"]]
