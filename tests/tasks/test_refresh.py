"""refresh shows what changed, writes only what was accepted, and is idempotent."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tasks import _selection as selection
from tasks import refresh


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two stale cells, and one that raises, in a checkout of its own."""
    stale = [new_output("stream", name="stdout", text="old\n")]
    cells = [
        new_code_cell("print('one')", id="one", outputs=stale, execution_count=9),
        new_code_cell("2", id="two"),
        new_code_cell("1 / 0", id="three", outputs=stale, execution_count=3),
    ]
    path = tmp_path / "notebooks" / "sample.ipynb"
    path.parent.mkdir()
    nbformat.write(new_notebook(cells=cells), path)
    monkeypatch.setattr(selection, "ROOT", tmp_path)
    return path


def outputs(path: Path) -> list[str]:
    cells = nbformat.read(path, as_version=4).cells
    return [
        str(cell.outputs[0].get("text", "")) if cell.outputs else "" for cell in cells
    ]


def test_what_changed_is_shown_and_not_written(
    notebook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = notebook.read_bytes()
    assert refresh.main(["sample"]) == 1
    said = capsys.readouterr().out
    assert "-old" in said
    assert "+one" in said
    assert "sample:three raises ZeroDivisionError: division by zero" in said
    assert notebook.read_bytes() == before


def test_one_accepted_cell_is_written_alone(notebook: Path) -> None:
    refresh.main(["--accept", "sample:one"])
    assert outputs(notebook) == ["one\n", "", "old\n"]


def test_an_error_is_never_written(notebook: Path) -> None:
    assert refresh.main(["--accept", "sample"]) == 1
    assert outputs(notebook)[2] == "old\n"


def test_a_second_run_changes_nothing(notebook: Path) -> None:
    refresh.main(["--accept", "sample"])
    once = notebook.read_bytes()
    refresh.main(["--accept", "sample"])
    assert notebook.read_bytes() == once
    assert b'"execution_count": 2' in once


@pytest.mark.parametrize("name", ["sampel", "sample:won"])
def test_a_wrong_name_gets_the_nearest(notebook: Path, name: str) -> None:
    with pytest.raises(refresh.Usage, match=r"sample\?|one"):
        refresh.main(["--accept", name])
