"""Grade one submission apart from all others, wherever: a shard.

nbgrader's gradebook is one SQLite file, which one process at a time can use. So
each submission travels as bytes, with a snapshot of the gradebook, to a course folder
of its own, which nbgrader grades there; and what has changed travels back.
"""

from __future__ import annotations

import os
import re
import sqlite3
import sys
import tempfile
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.apps.api import NbGraderAPI
from sqlalchemy.exc import SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from classroom.course import CONFIG

__all__ = ["DATABASE", "Outcome", "Shared", "Work", "grade_shard", "share", "work"]

DATABASE = "gradebook.db"
_RAISED = re.compile(r"[\w.]+(Error|Exception|Unavailable)\b.*:")

Files = dict[str, bytes]
"""The content of files by their path, with slashes, in a folder."""


@dataclass(frozen=True)
class Shared:
    """What all shards of a run have in common.

    Attributes
    ----------
    assignment
        Its name.
    only
        The exercise to judge anew (``"promise/timer"``), or empty for all.
    config
        The course's settings.
    source
        The assignment's folder in ``source``.
    gradebook
        A snapshot of the database.
    """

    assignment: str
    only: str
    config: Config
    source: Files = field(repr=False)
    gradebook: bytes = field(repr=False)


@dataclass(frozen=True)
class Work:
    """One submission: whose, and its files."""

    student: str
    files: Files = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """What has become of it.

    Attributes
    ----------
    student
        Whose it is.
    problem
        Why it has no grade; None where it has.
    gradebook
        The shard's database, with the grades.
    autograded
        The files that nbgrader wrote.
    """

    student: str
    problem: str | None = None
    gradebook: bytes = field(default=b"", repr=False)
    autograded: Files = field(default_factory=Files, repr=False)


def share(course: Path, assignment: str, only: str) -> Shared:
    """Take a snapshot of a course for the shards of one run."""
    config = Config(PyFileConfigLoader(CONFIG, path=str(course)).load_config())
    source = _read(course / "source" / assignment)
    return Shared(assignment, only, config, source, _snapshot(course / DATABASE))


def work(course: Path, assignment: str, student: str) -> Work:
    """Read one submission."""
    return Work(student, _read(course / "submitted" / student / assignment))


def grade_shard(shared: Shared, one: Work) -> Outcome:
    """Grade one submission in a course folder of its own."""
    programs_on_path()
    warnings.simplefilter("ignore", SAWarning)  # nbgrader's own use of its database
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        shard = Path(folder)
        _write(shard / "source" / shared.assignment, shared.source)
        _write(shard / "submitted" / one.student / shared.assignment, one.files)
        (shard / DATABASE).write_bytes(shared.gradebook)
        config = Config(shared.config)
        config.CourseDirectory.root = str(shard)
        config.ExecuteConfined.only = shared.only
        grader = NbGraderAPI(config=config)
        done = grader.autograde(shared.assignment, one.student, force=True)
        if done["success"]:
            fresh = shard / "autograded" / one.student / shared.assignment
            book = _snapshot(shard / DATABASE)
            return Outcome(one.student, None, book, _read(fresh))
    told = [line.strip() for line in done["log"].splitlines()]
    telling = [line for line in told if _RAISED.match(line)]
    return Outcome(one.student, (telling or told or ["nbgrader does not say why"])[-1])


def programs_on_path() -> None:
    """nbgrader calls ``alembic`` by its bare name, whether or not .venv is active."""
    programs = str(Path(sys.executable).parent)
    found = os.environ.get("PATH", os.defpath)
    if programs not in found.split(os.pathsep):
        os.environ["PATH"] = f"{programs}{os.pathsep}{found}"


def _read(folder: Path) -> Files:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _write(folder: Path, files: Files) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _snapshot(database: Path) -> bytes:
    """A database as it is between two transactions, whoever writes to it."""
    source = sqlite3.connect(database)
    copy = sqlite3.connect(":memory:")
    try:
        source.backup(copy)
        return copy.serialize()
    finally:
        copy.close()
        source.close()
