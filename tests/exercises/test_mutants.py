"""Every mutant of every solution is rejected, or listed with the reason why not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from asyncwith.catalogue import Exercise, exercises
from tasks._selection import recent, turn
from tests.exercises.mutants import complaints, outcomes
from tests.exercises.mutation import mutants

ROOT = Path(__file__).resolve().parents[2]

SOLUTION = """\
async def use(pool, log):
    conn = await pool.acquire()
    try:
        await conn.execute("select 1")
        yield conn
    except BaseException:
        log.append("failed")
        raise
    finally:
        await asyncio.shield(conn.flush())
        await pool.release(conn)
"""


JUDGES = ("src/asyncwith/checking/", "tests/exercises/muta")


def chosen() -> list[Exercise]:
    """The exercises that changed of late, and a third; all if what judges changed."""
    every, changed = exercises(), recent()
    if changed is None or os.environ.get("ASYNCWITH_FULL"):
        return every
    if any(path.startswith(JUDGES) for path in changed):
        return every
    folders = {path.rpartition("/")[0] for path in changed}
    return [
        exercise
        for place, exercise in enumerate(every)
        if place % 3 == turn()
        or any(f"exercises/{exercise.name}" in f for f in folders)
    ]


@pytest.mark.parametrize("exercise", chosen(), ids=lambda e: e.name)
def test_the_check_rejects_every_mutant(exercise: Exercise) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.exercises.mutants", exercise.name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_operator_makes_its_mistake() -> None:
    made = {(m.operator, m.line) for m in mutants(SOLUTION)}
    release = "await pool.release(conn)"
    flush = "await asyncio.shield(conn.flush())"
    assert made >= {
        ("drop finally", flush),
        ("drop await", release),
        ("unwrap shield", flush),
        ("drop raise", "raise"),
        ("narrow except", "except BaseException:"),
        ("swap cleanup", flush),
        ("drop cleanup", release),
        ("drop cleanup", 'log.append("failed")'),
        ("acquire into try", "conn = await pool.acquire()"),
        ("acquire out of try", 'await conn.execute("select 1")'),
        ("change a constant", 'log.append("failed")'),
    }


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    """An exercise whose check does not look at the order of release."""
    (tmp_path / "solution.py").write_text(
        "def both(log):\n"
        "    try:\n"
        "        log.append('body')\n"
        "    finally:\n"
        "        log.append('b')\n"
        "        log.append('a')\n"
    )
    (tmp_path / "check.py").write_text(
        "from asyncwith.checking import case, expect\n"
        "DEFINES = ('both',)\n"
        "@case('it runs')\n"
        "def runs(submission):\n"
        "    log = []\n"
        "    submission.both(log)\n"
        "    expect(sorted(log) == ['a', 'b', 'body'], hint='What is missing?')\n"
        "@case('the log is broken')\n"
        "def broken(submission):\n"
        "    class Log(list):\n"
        "        def append(self, item):\n"
        "            super().append(item)\n"
        "            if item == 'body': raise OSError\n"
        "    log = Log()\n"
        "    try:\n"
        "        submission.both(log)\n"
        "    except OSError: pass\n"
        "    expect(len(log) == 3, hint='Is it released after an error?')\n"
    )
    return Exercise("made/up", tmp_path)


def test_a_mutant_that_passes_is_a_complaint(exercise: Exercise) -> None:
    found = outcomes(exercise)
    assert [o.mutant.operator for o in found if o.passed] == ["swap cleanup"]
    (complaint,) = complaints(exercise, found)
    assert 'operator = "swap cleanup"' in complaint


def test_a_reason_answers_the_complaint(exercise: Exercise) -> None:
    found = outcomes(exercise)
    entry = """[[equivalent]]\noperator = "swap cleanup"\nline = "log.append('b')"\n"""
    file = exercise.folder / "equivalent.toml"
    file.write_text(entry + 'reason = "Nobody sees the order."\n')
    assert complaints(exercise, found) == []
    file.write_text(entry)
    assert "needs a reason" in complaints(exercise, found)[0]


def test_an_entry_without_its_mutant_is_a_complaint(exercise: Exercise) -> None:
    (exercise.folder / "equivalent.toml").write_text(
        '[[equivalent]]\noperator = "drop await"\nline = "gone"\nreason = "It was."\n'
    )
    found = [o for o in outcomes(exercise) if not o.passed]
    assert "matches no passing mutant" in complaints(exercise, found)[0]


def test_a_mutant_that_hangs_or_exits_is_rejected(exercise: Exercise) -> None:
    from asyncwith.checking.cases import load_cases
    from asyncwith.checking.judging import BLOCKED
    from tests.exercises.mutants import judged

    cases = load_cases(exercise)
    for source, said in [
        ("def both(log):\n    while True: pass\n", f"it runs: {BLOCKED}"),
        ("import os\ndef both(log):\n    os._exit(0)\n", "ended the process"),
    ]:
        assert judged(exercise, cases, source, 0.2) == (False, said)
