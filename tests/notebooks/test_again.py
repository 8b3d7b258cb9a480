"""A notebook that is run twice in one kernel gives the same outputs twice.

A reader runs cells again, from anywhere. What a cell leaves behind, such as a
table, a patched function or a waiting task, shows in the second pass.
"""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path

import nbformat

from tasks import _selection as selection
from tasks._selection import ROOT

OPTIONS = ["--nbval", "--nbval-cell-timeout", "60", "--nbval-current-env"]


def doubled(name: str, folder: Path) -> None:
    """Write a notebook whose cells follow once more after the last."""
    notebook = nbformat.read(ROOT / name, as_version=4)
    again = copy.deepcopy(notebook.cells)
    for cell in again:
        cell["id"] += "-again"
    notebook.cells += again
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / name)


def compare(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", *OPTIONS, "-n", "2"]
    command += ["--dist", "loadscope", "-p", "no:cacheprovider", f"--rootdir={ROOT}"]
    command += ["-c", str(ROOT / "pyproject.toml"), str(ROOT / "conftest.py")]
    environ = {**os.environ, "ASYNCWITH_POSTGRES": "embedded"}
    environ.pop("ASYNCWITH_DATABASE_URL", None)
    return subprocess.run(
        [*command, str(folder)], cwd=ROOT, env=environ, capture_output=True, text=True
    )


def test_a_second_pass_gives_the_same_outputs(tmp_path: Path) -> None:
    """Of a third of the notebooks, which rotates."""
    for name in selection.third():
        doubled(name, tmp_path)
    done = compare(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_cell_leaves_behind_is_found(tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell(
        "try:\n    seen\nexcept NameError:\n    seen = print('first')",
        outputs=[nbformat.v4.new_output("stream", name="stdout", text="first\n")],
        execution_count=1,
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(notebook, tmp_path / "left.ipynb")
    assert compare(tmp_path).returncode == 0
    again = copy.deepcopy(cell)
    again["id"] += "-again"
    notebook.cells.append(again)
    nbformat.write(notebook, tmp_path / "left.ipynb")
    assert "its outputs differ" in compare(tmp_path).stdout
