"""The shell's command: its answers, its exit codes, and what it leaves alone."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncwith import cli
from asyncwith.catalogue import exercises, find
from asyncwith.cli import kernels
from asyncwith.cli.progress import Progress, starter_file, write_starters
from asyncwith.cli.watching import Watcher

NAME = "promise/suppress_key_error"
EXERCISE = find(NAME)
SOLUTION = EXERCISE.read("solution.py")

Answer = Callable[..., tuple[int, str, str]]


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Answer:
    """Exit code, standard output and error of a command line."""

    def answer(*arguments: object) -> tuple[int, str, str]:
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        out = capsys.readouterr()
        return code, out.out, out.err

    return answer


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def notebook(path: Path, *cells: tuple[str, str]) -> Path:
    """A notebook of code cells, each ``(exercise in its metadata, source)``."""
    return written(
        path,
        json.dumps(
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "metadata": {"exercise": name} if name else {},
                        "source": source,
                        "outputs": [],
                    }
                    for name, source in cells
                ]
            }
        ),
    )


def test_a_pass_is_exit_0_and_one_line(answer: Answer, tmp_path: Path) -> None:
    path = written(tmp_path / "mine.py", SOLUTION)
    assert answer("check", NAME, path) == (0, f"{NAME}: passed, 7 of 7 cases\n", "")


def test_a_failure_is_exit_1_with_fault_seen_and_hint(
    answer: Answer, tmp_path: Path
) -> None:
    path = written(tmp_path / "mine.py", EXERCISE.read("starter.py"))
    code, out, _ = answer("check", NAME, path)
    assert code == 1
    assert [line.split()[0] for line in out.splitlines()[1:]] == [
        "when:",
        "seen:",
        "hint:",
    ]


def test_json_says_the_same(answer: Answer, tmp_path: Path) -> None:
    path = written(tmp_path / "mine.py", EXERCISE.read("starter.py"))
    code, out, _ = answer("check", NAME, path, "--json")
    said = json.loads(out)
    assert (code, said["passed"], said["exercise"]) == (1, False, NAME)
    assert set(said) >= {"hint", "saw", "fault", "cases", "of", "printed"}


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("def f()\n", "line 1: expected ':'"),
        ("\nawait check('x')\n", "line 2: 'await' outside function"),
        ("\nraise OSError('no')\n", "raised OSError: no\n           at line 2"),
        ("import nowhere_at_all\n", "ModuleNotFoundError"),
    ],
)
def test_code_that_cannot_be_loaded_is_exit_1_with_its_line(
    answer: Answer, tmp_path: Path, source: str, seen: str
) -> None:
    code, out, _ = answer("check", NAME, written(tmp_path / "mine.py", source))
    assert code == 1
    assert seen in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "promise/supress_key", "x.py"], "Did you mean promise/suppress_k"),
        (["check", "suppress_key_error", "x.py"], f"Did you mean {NAME}"),
        (["check", NAME, "nowhere.py"], "there is no file 'nowhere.py'"),
        (["check", NAME], "the following arguments are required: file"),
        (["chekc"], "invalid choice"),
        ([], "required: COMMAND"),
        (["watch", "nowhere"], "there is no file or folder 'nowhere'"),
    ],
)
def test_a_usage_error_is_exit_2_and_a_sentence(
    answer: Answer, arguments: list[str], said: str
) -> None:
    code, out, err = answer(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_what_is_no_notebook_is_exit_2(answer: Answer, tmp_path: Path) -> None:
    for content in ("not json", "[]", '{"cells": [1]}'):
        path = written(tmp_path / "mine.ipynb", content)
        code, _, err = answer("check", NAME, path)
        assert (code, "expected a Jupyter notebook" in err) == (2, True)
    path = tmp_path / "mine.py"
    path.write_bytes(b"\xff\xfe")
    assert answer("check", NAME, path)[0] == 2


def test_from_a_notebook_the_exercises_own_cells_are_taken(
    answer: Answer, tmp_path: Path
) -> None:
    path = notebook(
        tmp_path / "mine.ipynb",
        ("", "raise RuntimeError('a cell above')"),
        (NAME, "%matplotlib inline\nclass Base: pass\n"),
        ("", "import asyncio\nawait asyncio.sleep(0)\n"),
        (NAME, SOLUTION.replace("error:", "error(Base):")),
        (NAME, f'await check("{NAME}")'),
        ("promise/timer", "raise RuntimeError('another exercise')"),
    )
    code, out, _ = answer("check", NAME, path)
    assert code == 0, out


def test_without_metadata_the_cells_up_to_the_check_are_taken(
    answer: Answer, tmp_path: Path
) -> None:
    path = notebook(
        tmp_path / "mine.ipynb",
        ("", "from asyncwith import check"),
        ("", SOLUTION),
        ("", 'await check("promise/timer")'),
        ("", f'await check("{NAME}")'),
        ("", "raise RuntimeError('below the check')"),
    )
    code, out, _ = answer("check", NAME, path)
    assert code == 0, out


def test_a_line_in_a_notebook_is_named_with_its_cell(
    answer: Answer, tmp_path: Path
) -> None:
    path = notebook(tmp_path / "mine.ipynb", ("", "1"), (NAME, "\nclass x\n"))
    assert "cell 2, line 2: expected ':'" in answer("check", NAME, path)[1]


def test_grade_ids_name_an_exercise_too(answer: Answer, tmp_path: Path) -> None:
    path = notebook(tmp_path / "mine.ipynb", ("", "1/0"), ("", SOLUTION))
    book = json.loads(path.read_text())
    book["cells"][1]["metadata"]["nbgrader"] = {"grade_id": NAME.replace("/", "-")}
    path.write_text(json.dumps(book))
    assert answer("check", NAME, path)[0] == 0


def test_list_shows_every_exercise_with_its_minutes_and_state(
    answer: Answer, tmp_path: Path
) -> None:
    written(tmp_path / f"{NAME}.py", starter_file(EXERCISE))
    code, out, _ = answer("list", tmp_path)
    rows = [line.split() for line in out.splitlines()]
    assert code == 0
    assert [row[0] for row in rows[:-1]] == [e.name for e in exercises()]
    mine = next(line for line in out.splitlines() if line.startswith(NAME))
    assert f"{EXERCISE.minutes} min" in mine
    assert mine.endswith("to do")
    assert rows[-1] == ["[....................]", "0", "of", "1"]


def test_start_writes_each_starter_and_never_over_a_file(
    answer: Answer, tmp_path: Path
) -> None:
    mine = written(tmp_path / f"{NAME}.py", "mine")
    code, out, _ = answer("start", tmp_path)
    assert code == 0
    assert f"{len(exercises()) - 1} written, 1 kept" in out
    assert mine.read_text() == "mine"
    assert len(list(tmp_path.glob("*/*.py"))) == len(exercises())


def test_a_starter_file_is_valid_and_has_its_task() -> None:
    text = starter_file(EXERCISE)
    assert text.startswith(f"# {EXERCISE.title} · {EXERCISE.minutes} minutes\n")
    compile(text, "starter", "exec")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def watcher(tmp_path: Path, said: list[str]) -> Watcher:
    for name in (NAME, "promise/timer"):
        written(tmp_path / f"{name}.py", starter_file(find(name)))
    return Watcher(tmp_path, said.append)


def test_watch_checks_what_is_saved_and_goes_on_to_the_next(
    watcher: Watcher, said: list[str], tmp_path: Path
) -> None:
    watcher.greet()
    assert watcher.look() == []
    assert not any("solution.py" in line for line in said)
    written(tmp_path / f"{NAME}.py", EXERCISE.read("wrong/returns_true.py"))
    (verdict,) = watcher.look()
    assert not verdict.passed
    assert not any("solution.py" in line for line in said)
    written(tmp_path / f"{NAME}.py", SOLUTION)
    (verdict,) = watcher.look()
    assert verdict.passed
    assert any("solution.py" in line for line in said)
    assert "[##########..........] 1 of 2" in said
    assert watcher.current.name == "promise/timer"
    assert watcher.look() == []


def test_watch_gives_its_hints_one_by_one(watcher: Watcher, said: list[str]) -> None:
    watcher.current = EXERCISE
    for _ in range(len(EXERCISE.hints) + 1):
        assert watcher.press("h")
    starts = [line.partition(":")[0] for line in said]
    assert starts == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"]
    assert not watcher.press("q")


def test_watch_takes_one_file_and_refuses_a_folder_without_any(
    tmp_path: Path, said: list[str]
) -> None:
    one = written(tmp_path / f"{NAME}.py", SOLUTION)
    assert Watcher(one, said.append).current == EXERCISE
    with pytest.raises(FileNotFoundError, match="asyncwith start"):
        Watcher(tmp_path / "promise", said.append)


def test_progress_is_kept_until_the_file_changes(tmp_path: Path) -> None:
    path = written(tmp_path / f"{NAME}.py", SOLUTION)
    Progress(tmp_path).record(EXERCISE, passed=True)
    assert Progress(tmp_path).state(EXERCISE) == "passed"
    path.write_text(SOLUTION + "\n# changed\n")
    assert Progress(tmp_path).state(EXERCISE) == "begun"
    (tmp_path / ".asyncwith.json").write_text("broken")
    assert Progress(tmp_path).state(EXERCISE) == "begun"


def test_watch_runs_in_a_shell_and_ends_with_q(tmp_path: Path) -> None:
    write_starters(tmp_path)
    shell = subprocess.Popen(
        [sys.executable, "-m", "asyncwith", "watch", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert shell.stdin
    assert shell.stdout
    assert " 0 of " in shell.stdout.readline()
    written(tmp_path / f"{NAME}.py", SOLUTION)
    deadline = time.monotonic() + 20
    while f"{NAME}: passed" not in shell.stdout.readline():
        assert time.monotonic() < deadline
    out, _ = shell.communicate("q", timeout=20)
    assert shell.returncode == 0
    assert "[#" in out


def test_kernel_writes_once_keeps_the_rest_and_removes(tmp_path: Path) -> None:
    path = kernels.config_file(str(tmp_path))
    written(path, "c = get_config()\n")
    assert kernels.install(path)
    once = path.read_text()
    assert not kernels.install(path)
    assert path.read_text() == once
    assert kernels.remove(path)
    assert path.read_text() == "c = get_config()\n"
    assert not kernels.remove(path)
    path.unlink()
    kernels.install(path)
    kernels.remove(path)
    assert not path.exists()


def test_what_kernel_writes_adds_the_extension(tmp_path: Path) -> None:
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    path = kernels.config_file(str(tmp_path))
    kernels.install(path)
    loaded = PyFileConfigLoader(path.name, str(path.parent)).load_config()
    config = Config()
    config.merge(loaded)
    assert config.InteractiveShellApp.extensions.get_value([]) == ["asyncwith"]


def test_help_has_examples(answer: Answer) -> None:
    code, out, _ = answer("--help")
    assert code == 0
    assert "asyncwith check promise/timer" in out


def test_the_command_starts_quickly() -> None:
    code = "import sys, asyncwith.cli; sys.exit('asyncio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=os.environ, check=False)
    assert done.returncode == 0
