"""A course that is generated once, and nbgrader's commands as a shell calls them."""

import multiprocessing
import os
import shutil
import sys
import tempfile
import warnings
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import IO

import nbformat
import pytest
from nbgrader.apps import nbgraderapp

from tasks import classroom


@dataclass
class Started:
    """One of nbgrader's commands, running in a fork of this process.

    nbgrader takes four seconds to import: this process does it once.
    """

    process: ForkProcess
    said: IO[bytes]

    def finish(self, code: int = 0) -> str:
        """Wait for its end; what it said."""
        self.process.join(300)
        self.said.seek(0)
        text = self.said.read().decode()
        self.said.close()
        assert self.process.exitcode == code, text
        return text


def start(folder: Path, *arguments: str) -> Started:
    """Start one of nbgrader's commands in a folder."""
    said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by finish
    child = multiprocessing.get_context("fork").Process
    process = child(target=_command, args=(folder, arguments, said.fileno()))
    process.start()
    return Started(process, said)


def nbgrader(folder: Path, *arguments: str, code: int = 0) -> str:
    """Run one of nbgrader's commands in a folder; what it said."""
    return start(folder, *arguments).finish(code)


def _command(folder: Path, arguments: tuple[str, ...], output: int) -> None:
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - pytest has replaced it
    sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
    warnings.resetwarnings()  # pytest's filters, which make some of them errors
    os.chdir(folder)
    sys.argv = ["nbgrader", *arguments]
    try:
        nbgraderapp.main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def write_course(folder: Path, *names: str) -> Path:
    """The course folder that `run.py classroom course` writes."""
    assert classroom.main(["course", str(folder), *names]) == 0
    return folder


def moved(course: Path, to: Path) -> Path:
    """A copy of a course folder, with its settings."""
    shutil.copytree(course, to)
    config = to / "nbgrader_config.py"
    config.write_text(config.read_text().replace(str(course), str(to)))
    return to


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with one assignment, promise/timer, generated and not yet released."""
    folder = write_course(tmp_path_factory.mktemp("class") / "async", "promise/timer")
    nbgrader(folder, "generate_assignment", "promise-timer")
    return folder


def hand_in(
    course: Path, name: str, student: str, source: str, *, check: bool = True
) -> None:
    """Write a submission with this cell in place of the solution."""
    found = nbformat.read(course / "release" / name / f"{name}.ipynb", as_version=4)
    for cell in found.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = source
    if not check:
        found.cells = [
            c for c in found.cells if not c.metadata.get("nbgrader", {}).get("grade")
        ]
    found.cells[0].source += "\n<script>alert('in markdown')</script>\n"
    folder = course / "submitted" / student / name
    folder.mkdir(parents=True)
    nbformat.write(found, folder / f"{name}.ipynb")
    (folder / "page.html").write_text("<script>alert('a file')</script>")
