"""Hostile submissions: each is graded, harms nothing, and the next is graded too."""

from __future__ import annotations

import csv
import hashlib
import html
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from asyncwith.catalogue import find
from tasks._selection import ROOT
from tests.classroom.conftest import hand_in, moved, nbgrader, start
from tests.classroom.hostile import HOSTILE, LIMITS

NAME = "promise-timer"
TIMER = find("promise/timer")
SHARDS = 4
LEFTOVER = f"{os.getpid()}.25"  # seconds that no other process sleeps


@pytest.fixture(scope="module")
def listener() -> Iterator[int]:
    """A server of the grader's machine, which notes whether somebody connects."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server.getsockname()[1]


@pytest.fixture(scope="module")
def sandboxes() -> Iterator[Path]:
    """The folder for the sandboxes of these gradings, and of no others.

    Its name is short, since a socket's path has at most 107 bytes.
    """
    with tempfile.TemporaryDirectory(prefix="aw-h-") as folder:
        os.chmod(folder, 0o711)
        yield Path(folder)


def state(course: Path) -> dict[str, str]:
    """A digest of each of the course's files but the gradebook and what it writes."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("source", "release", "submitted")
        for path in (course / folder).rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def graded(
    released: Path,
    listener: int,
    sandboxes: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:
    """The course in which each was graded; an honest one comes last in each.

    They mostly wait for their limits, so four courses are graded at a time.
    """
    folder = tmp_path_factory.mktemp("hostile")
    courses = [moved(released, folder / str(number)) for number in range(SHARDS)]
    where: dict[str, Path] = {}
    for number, (name, (source, _)) in enumerate(HOSTILE.items()):
        course = where[name] = courses[number % SHARDS]
        source = source.format(
            course=course, checkout=ROOT, port=listener, seconds=LEFTOVER
        )
        hand_in(course, NAME, name, source, check=name != "deleted_check")
    for course in courses:
        with open(course / "nbgrader_config.py", "a", encoding="utf-8") as config:
            config.write(LIMITS)
        hand_in(course, NAME, "zz_honest", TIMER.read("solution.py"))
    before = [state(course) for course in courses], sorted(os.listdir(ROOT))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(sandboxes))  # the forks inherit it
        gradings = [start(course, "autograde", NAME) for course in courses]
    for grading in gradings:
        grading.finish()
    after = [state(course) for course in courses], sorted(os.listdir(ROOT))
    assert before == after
    for course in courses:
        nbgrader(course, "generate_feedback", NAME)
        nbgrader(course, "export")
    return where


def feedback(graded: dict[str, Path], student: str) -> str:
    page = graded[student] / "feedback" / student / NAME / f"{NAME}.html"
    return page.read_text("utf-8")


def test_everybody_has_a_grade_and_only_the_honest_have_points(
    graded: dict[str, Path],
) -> None:
    rows: dict[str, float] = {}
    for course in set(graded.values()):
        with open(course / "grades.csv", encoding="utf-8") as file:
            found = {r["student_id"]: float(r["score"]) for r in csv.DictReader(file)}
        assert found.pop("zz_honest") == TIMER.minutes
        rows |= found
    assert rows == dict.fromkeys(HOSTILE, 0.0)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_feedback_says_what_happened(graded: dict[str, Path], name: str) -> None:
    page = html.unescape(re.sub(r"<[^>]*>", "", feedback(graded, name)))
    assert re.search(HOSTILE[name][1], page)
    assert "promise/timer: not yet" in page


class Elements(HTMLParser):
    """The scripts' text, and the attributes that run code, of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.code: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.code += [value or "" for name, value in attrs if name.startswith("on")]
        self.code += [value or "" for _, value in attrs if "script:" in (value or "")]

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.code.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


def test_the_page_reader_finds_code() -> None:
    reader = Elements()
    reader.feed("<script>alert(1)</script><img onerror='alert(2)'> alert(3)")
    assert sorted(reader.code) == ["alert(1)", "alert(2)"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_script_of_a_student_is_in_the_feedback(
    graded: dict[str, Path], name: str
) -> None:
    reader = Elements()
    reader.feed(feedback(graded, name))
    assert not [code for code in reader.code if "alert(" in code]


def running(sandboxes: Path) -> list[str]:
    """The commands that were left by a submission, or still run in a sandbox."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True)
    marks = (f"sleep {LEFTOVER}", str(sandboxes))
    return [
        line for line in listed.stdout.splitlines() if any(m in line for m in marks)
    ]


def test_what_runs_is_seen(sandboxes: Path) -> None:
    command = [sys.executable, "-c", "input()", str(sandboxes / "aw-1")]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert running(sandboxes) == [" ".join(command)]
        process.communicate(b"\n")
    assert running(sandboxes) == []


@pytest.mark.usefixtures("graded")
def test_nothing_is_left_running(sandboxes: Path) -> None:
    # The last kernel was killed as nbgrader ended: the system may still clear it up.
    deadline = time.monotonic() + 10
    while (left := running(sandboxes)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left
    assert not list(sandboxes.iterdir())


def test_files_that_a_browser_runs_are_left_behind(graded: dict[str, Path]) -> None:
    for course in graded.values():
        assert not list((course / "autograded").rglob("*.html"))
