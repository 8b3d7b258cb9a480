"""Where shards are graded: nothing is lost when a worker dies, and Dask's are alike."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from traitlets.config import Config

from asyncwith.catalogue import find
from classroom import engines
from classroom.engines import Processes, Scheduler, SchedulerUnavailable
from classroom.shards import Outcome, Shared, Work, share
from tasks import classroom
from tasks._selection import ROOT
from tests.classroom.conftest import hand_in, moved

NAME = "promise-timer"
TIMER = find("promise/timer")
NOTHING = Shared(NAME, "", Config(), {}, b"")
HANDED_IN = {
    "ada": TIMER.read("solution.py"),
    "bob": TIMER.read("starter.py"),
    "cyd": "import os\nos._exit(0)\n",
}


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_a_killed_worker_costs_no_other_submission_its_grade(
    workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def graded(shared: Shared, one: Work) -> Outcome:
        seen = tmp_path / one.student
        again = seen.exists()
        seen.touch()
        if one.student == "always" or (one.student == "once" and not again):
            os.kill(os.getpid(), signal.SIGKILL)
        return Outcome(
            one.student, autograded={"tried": b"again" if again else b"once"}
        )

    monkeypatch.setattr(engines, "grade_shard", graded)
    students = ["ada", "always", "bob", "once", "cyd"]
    works = [Work(student, {}) for student in students]
    outcomes = {one.student: one for one in Processes(workers).run(NOTHING, works)}
    assert sorted(outcomes) == sorted(students)
    problems = {name: one.problem for name, one in outcomes.items() if one.problem}
    assert list(problems) == ["always"]
    assert problems["always"].endswith("killed, more than once: exit code -9")
    again = {
        name for name, one in outcomes.items() if one.autograded == {"tried": b"again"}
    }
    assert again == {"once"}


def test_no_more_processes_than_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def graded(shared: Shared, one: Work) -> Outcome:
        mine = tmp_path / one.student
        mine.touch()
        time.sleep(0.2)
        outcome = Outcome(one.student, str(len(list(tmp_path.iterdir()))))
        mine.unlink()
        return outcome

    monkeypatch.setattr(engines, "grade_shard", graded)
    works = [Work(str(number), {}) for number in range(6)]
    at_once = {int(one.problem or 0) for one in Processes(2).run(NOTHING, works)}
    assert max(at_once) == 2


def test_who_stops_listening_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def graded(shared: Shared, one: Work) -> Outcome:
        (tmp_path / str(os.getpid())).touch()
        if one.student != "first":
            time.sleep(60)
        return Outcome(one.student)

    monkeypatch.setattr(engines, "grade_shard", graded)
    running = Processes(2).run(NOTHING, [Work("first", {}), Work("slow", {})])
    assert next(running).student == "first"
    assert isinstance(running, Iterator)
    begun = time.monotonic()
    del running
    assert time.monotonic() < begun + 30
    for path in tmp_path.iterdir():
        assert not Path("/proc", path.name).exists()


def test_a_snapshot_holds_what_is_committed_and_nothing_more(
    released: Path, tmp_path: Path
) -> None:
    course = moved(released, tmp_path / "course")
    writer = sqlite3.connect(course / "gradebook.db")
    writer.execute("pragma journal_mode = wal")  # what is committed is not in the file
    writer.execute("insert into student (id) values ('whole')")
    writer.commit()
    writer.execute("insert into student (id) values ('half')")  # and no commit
    (tmp_path / "copy.db").write_bytes(share(course, NAME, "").gradebook)
    writer.close()
    copy = sqlite3.connect(tmp_path / "copy.db")
    assert copy.execute("pragma integrity_check").fetchone() == ("ok",)
    assert copy.execute("select id from student").fetchall() == [("whole",)]
    assert copy.execute("select name from assignment").fetchall() == [(NAME,)]
    copy.close()


@contextmanager
def dask(workers: int, *flags: str, **settings: str) -> Generator[str]:
    """A Dask scheduler with workers, each a process: its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rpartition(":")[2]
    begin = ["scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"]
    work = ["worker", address, "--nthreads", "1", "--no-dashboard", *flags]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for arguments in (begin, *[work] * workers)
    ]
    from distributed import Client

    try:
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
        yield address
    finally:
        for process in started[::-1]:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with dask(2, "--no-nanny") as address:
        yield address


def test_a_killed_dask_worker_costs_no_other_submission_its_grade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def graded(shared: Shared, one: Work) -> Outcome:
        seen = tmp_path / one.student
        again = seen.exists()
        seen.touch()
        if one.student == "always" or (one.student == "once" and not again):
            os.kill(os.getpid(), signal.SIGKILL)
        return Outcome(one.student)

    monkeypatch.setattr(engines, "grade_shard", graded)
    students = ["ada", "always", "bob", "once", "cyd"]
    works = [Work(student, {}) for student in students]
    # Its nanny starts a worker again; the scheduler forgives one death.
    once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    with dask(1, "--nanny", **once) as address:
        outcomes = list(Scheduler(address).run(NOTHING, works))
    assert sorted(one.student for one in outcomes) == sorted(students)
    problems = {one.student: one.problem for one in outcomes if one.problem}
    assert list(problems) == ["always"]
    assert "killed, more than once" in (problems["always"] or "")


def results(course: Path) -> dict[str, object]:
    """Points and outputs by student."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        points = {
            one.student.id: one.score for one in gradebook.assignment_submissions(NAME)
        }
    found: dict[str, object] = {}
    for student, score in points.items():
        path = course / "autograded" / student / NAME / f"{NAME}.ipynb"
        cells = nbformat.read(path, as_version=4).cells
        found[student] = score, [cell.get("outputs") for cell in cells]
    return found


def test_a_scheduler_gives_the_same_grades_as_one_process(
    scheduler: str,
    released: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ours, theirs = (moved(released, tmp_path / name) for name in ("ours", "theirs"))
    for course in (ours, theirs):
        for student, source in HANDED_IN.items():
            hand_in(course, NAME, student, source)
    assert classroom.main(["grade", str(ours), NAME]) == 0
    capsys.readouterr()
    assert classroom.main(["grade", str(theirs), NAME, "--scheduler", scheduler]) == 0
    assert "3/3 " in capsys.readouterr().out
    assert results(theirs) == results(ours)
    assert len(results(ours)) == len(HANDED_IN)
    assert (theirs / f"{NAME}.csv").read_bytes() == (ours / f"{NAME}.csv").read_bytes()


def test_without_a_scheduler_it_says_how_to_start_one(
    released: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(SchedulerUnavailable, match="No Dask scheduler answers at"):
            list(Scheduler(address, patience=0.5).run(NOTHING, []))
    with pytest.raises(SchedulerUnavailable, match="answers at nonsense"):
        list(Scheduler("nonsense", patience=0.5).run(NOTHING, []))
    course = moved(released, tmp_path / "course")
    hand_in(course, NAME, "ada", TIMER.read("solution.py"))
    capsys.readouterr()
    assert classroom.main(["grade", str(course), NAME, "--scheduler", address]) == 2
    assert "-m dask scheduler`" in capsys.readouterr().err


def test_without_dask_it_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SchedulerUnavailable, match=r"run `python3 run\.py setup`"):
        list(Scheduler("tcp://127.0.0.1:1").run(NOTHING, []))


def test_no_workers_are_refused(
    released: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        classroom.main(["grade", str(released), NAME, "--workers", "0"])
    assert ended.value.code == 2
    assert "expected 1 or more, found 0" in capsys.readouterr().err
    with pytest.raises(ValueError, match="at least one worker"):
        Processes(0)
