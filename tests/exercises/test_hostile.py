"""What exits, never ends or floods gets a verdict from the shell, in time."""

import time
from pathlib import Path

import pytest

from asyncwith.catalogue import Exercise, find
from asyncwith.checking import isolation
from asyncwith.checking.isolation import LOADING, judge_apart
from asyncwith.checking.sources import Block
from tests.exercises import hostile

EXERCISE = find("promise/suppress_key_error")
DEFINES = "\ndef {name}(*args, **kwargs):\n{body}\n"


def indented(source: str) -> str:
    return "".join(f"    {line}\n" for line in source.splitlines())


def when_called(source: str) -> str:
    """A submission that does it not when loaded, but in the first case."""
    from asyncwith.checking.cases import load_cases

    return "".join(
        DEFINES.format(name=name, body=indented(source))
        for name in load_cases(EXERCISE).defines
    )


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        (hostile.EXITING, "ended with exit code 0"),
        (hostile.FORGED, "ended with exit code 0"),
        (hostile.ENDLESS, "did not end within {:g} s, busy at line"),
        (hostile.PRINTING, "did not end within {:g} s"),
        ("raise SystemExit(0)", "raised SystemExit: 0"),
        ("import os\nos.kill(os.getpid(), 9)", "ended by SIGKILL"),
        ("while True: print('x')", "raised TooMuchPrinted"),
    ],
    ids=["exit", "forged", "endless", "printing", "system-exit", "killed", "flood"],
)
@pytest.mark.parametrize("when", ["loaded", "called"])
def test_it_gets_a_verdict(source: str, seen: str, when: str) -> None:
    if when == "called":
        source = when_called(source)
    begun = time.monotonic()
    verdict = judge_apart(EXERCISE, [Block("mine.py", source)], limit=0.5)
    assert not verdict.passed
    seen = seen.format(0.5 * (LOADING if when == "loaded" else 1))
    if seen != "raised TooMuchPrinted" or when == "loaded":
        assert seen in (verdict.saw or ""), str(verdict)
    assert len(verdict.printed) <= 1010
    assert time.monotonic() - begun < 10


def test_a_check_that_cannot_start_is_not_the_students_fault(tmp_path: Path) -> None:
    (tmp_path / "check.py").write_text(
        "from asyncwith.postgres import PostgresUnavailable\n"
        "raise PostgresUnavailable('There is no server.')\n"
    )
    (tmp_path / "starter.py").write_text("")
    exercise = Exercise("made/up", tmp_path)
    verdict = judge_apart(exercise, [Block("mine.py", "")], limit=1)
    assert not verdict.passed
    assert verdict.fault == "the check is loaded"
    assert verdict.saw == "PostgresUnavailable: There is no server."
    assert "Your code has not run yet" in (verdict.hint or "")


def test_a_check_may_take_its_time_to_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "check.py").write_text(
        "import time\n"
        "from asyncwith.checking import case\n"
        "time.sleep(2.5)  # it starts a server\n"
        "DEFINES = ('work',)\n"
        "@case('it runs')\n"
        "def runs(submission): submission.work()\n"
    )
    (tmp_path / "starter.py").write_text("def work(): pass\n")
    exercise = Exercise("made/up", tmp_path)
    blocks = [Block("mine.py", "def work(): pass\n")]
    verdict = judge_apart(exercise, blocks, limit=0.3)
    assert verdict.passed, str(verdict)
    monkeypatch.setattr(isolation, "_STARTING", 0.1)
    verdict = judge_apart(exercise, blocks, limit=0.3)
    assert not verdict.passed
    assert verdict.saw == "it did not start within 0.1 s"


def test_nothing_is_left_running(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    script = f"while sleep 0.1; do touch {alive}; done"
    source = f"import subprocess\nsubprocess.Popen(['sh', '-c', {script!r}])\n"
    judge_apart(EXERCISE, [Block("mine.py", source)], limit=1)
    time.sleep(0.3)
    alive.unlink(missing_ok=True)
    time.sleep(0.3)
    assert not alive.exists()


def test_the_working_folder_is_a_fresh_one(tmp_path: Path) -> None:
    source = "from pathlib import Path\nPath('litter').write_text('x')\n"
    here = set(Path.cwd().iterdir())
    judge_apart(EXERCISE, [Block("mine.py", source)], limit=1)
    assert set(Path.cwd().iterdir()) == here
