"""The rule of the exercises, for each one that is in exercises/.

An unsolved exercise fails, its solution passes, and every known mistake is
rejected *with the hint that was written for it*, in a notebook, and a third of
them, which rotates, in a shell.
What claims to be equal to everything passes nothing.
"""

import asyncio
import gc
import json
import os
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from asyncwith import cli
from asyncwith.catalogue import Exercise, exercises
from asyncwith.checking import judging
from asyncwith.checking.cases import load_cases
from asyncwith.checking.judging import judge
from asyncwith.checking.pristine import restore
from asyncwith.checking.verdicts import Verdict
from tasks._selection import turn
from tests.exercises.hostile import ALWAYS_EQUAL, PATCHED

pytestmark = pytest.mark.filterwarnings("ignore")  # of unsolved and wrong code


def since(path: Path) -> list[pytest.MarkDecorator]:
    """A mistake whose second line is ``# since: 3.11.3`` is none before that Python.

    Or another one: then the check must not reject it with its hint.
    """
    match = re.match(r"#.*\n# since: (\d+)\.(\d+)\.(\d+)\n", path.read_text("utf-8"))
    if match is None or sys.version_info >= tuple(map(int, match.groups())):
        return []
    return [pytest.mark.xfail(strict=True, reason=match[0].split("\n")[1])]


EXERCISES = exercises()
WRONG = [
    pytest.param(exercise, path, id=f"{exercise.name}/{path.stem}", marks=since(path))
    for exercise in EXERCISES
    for path in sorted((exercise.folder / "wrong").glob("*.py"))
]
PATHS = [path for _, path in (parameter.values for parameter in WRONG)]
# A shell's check starts a process: of the mistakes, a third that rotates.
IN_SHELL = PATHS if os.environ.get("ASYNCWITH_FULL") else PATHS[turn() :: 3]
each_exercise = pytest.mark.parametrize(
    "exercise", EXERCISES, ids=[exercise.name for exercise in EXERCISES]
)
each_mistake = pytest.mark.parametrize(("exercise", "path"), WRONG)


def in_process(exercise: Exercise, source: str) -> Verdict:
    """The verdict as a notebook gives it: names of a namespace, same process."""
    names = vars(ModuleType("__main__"))

    async def cells() -> Verdict:
        exec(compile(source, "submission", "exec"), names)
        return await judge(exercise, names, limit=3)

    try:
        return asyncio.run(cells())
    finally:
        restore()
        gc.collect(1)  # coroutines that wrong code forgot, now and not in a parser


def in_shell(
    exercise: Exercise, path: Path, capsys: pytest.CaptureFixture[str]
) -> Verdict:
    """The verdict as ``asyncwith check`` gives it."""
    code = cli.main(["check", exercise.name, str(path), "--json"])
    verdict = Verdict(**json.loads(capsys.readouterr().out))
    assert code == (0 if verdict.passed else 1)
    return verdict


@each_exercise
def test_unsolved_it_fails(
    exercise: Exercise, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = in_shell(exercise, exercise.folder / "starter.py", capsys)
    assert not verdict.passed
    assert verdict.hint


@each_exercise
def test_the_solution_passes(
    exercise: Exercise,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shell = in_shell(exercise, exercise.folder / "solution.py", capsys)
    assert shell.passed, str(shell)
    # Each case twice, as where the machine stands still in the first.
    monkeypatch.setattr(judging, "STALL", -1.0)
    monkeypatch.setattr(judging, "_ATTEMPTS", 2)
    notebook = in_process(exercise, exercise.read("solution.py"))
    assert notebook.passed, str(notebook)
    assert shell.of == notebook.of > 0


@each_exercise
def test_it_knows_wrong_solutions(exercise: Exercise) -> None:
    assert list((exercise.folder / "wrong").glob("*.py"))


@each_mistake
def test_a_known_mistake_gets_its_hint(
    exercise: Exercise, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = path.read_text("utf-8")
    first = source.partition("\n")[0]
    assert first.startswith("# hint: "), f"{path}: the first line names its hint"
    hint = " ".join(first.removeprefix("# hint: ").split())
    assert len(hint) >= 10, f"{path}: {hint!r} is not distinctive"
    verdicts = [in_process(exercise, source)]
    if path in IN_SHELL:
        verdicts.append(in_shell(exercise, path, capsys))
    for verdict in verdicts:
        assert not verdict.passed, f"{path} passes"
        assert hint in " ".join((verdict.hint or "").split()), str(verdict)


@each_exercise
def test_different_mistakes_get_different_hints(exercise: Exercise) -> None:
    hints = [
        path.read_text("utf-8").partition("\n")[0]
        for path in (exercise.folder / "wrong").glob("*.py")
    ]
    shared = {hint for hint in hints if hints.count(hint) > 1}
    assert len(shared) * 4 <= len(hints), f"one hint for several mistakes: {shared}"


@each_exercise
def test_no_hint_holds_a_line_of_the_solution(exercise: Exercise) -> None:
    solution = [line.strip() for line in exercise.read("solution.py").splitlines()]
    given = exercise.read("text.md") + exercise.read("starter.py")
    telling = [line for line in solution if len(line) > 25 and line not in given]
    check = " ".join(exercise.read("hints.md").split())
    assert not [line for line in telling if line in check]


@each_exercise
def test_its_text_is_well_formed(exercise: Exercise) -> None:
    text = exercise.read("text.md")
    assert 2 <= exercise.minutes <= 60
    assert exercise.title and not exercise.title.endswith(".")
    assert len(exercise.task.split()) >= 20
    prose = re.sub(r"(?ms)^```.*?^```$", "", text)
    assert text.endswith("\n") and "\n# " not in prose
    for name in load_cases(exercise).defines:
        assert f"`{name}" in exercise.task or f" {name}(" in exercise.task, (
            f"text.md does not say what `{name}` is"
        )
    assert "solution" not in exercise.read("starter.py").lower()


@each_exercise
def test_its_files_are_the_known_ones(exercise: Exercise) -> None:
    known = {"text.md", "starter.py", "solution.py", "check.py", "wrong"}
    optional = {"hints.md", "equivalent.toml", "key.toml", "__pycache__"}
    here = {path.name for path in exercise.folder.iterdir()}
    assert known <= here, f"missing: {known - here}"
    assert here <= known | optional, f"unknown: {here - known - optional}"
    if "hints.md" in here:
        assert 1 <= len(exercise.hints) <= 4


@each_exercise
def test_it_is_named_in_order_txt(exercise: Exercise) -> None:
    order = exercise.folder.parent / "order.txt"
    slugs = order.read_text("utf-8").split()
    assert slugs.count(exercise.slug) == 1
    assert all((exercise.folder.parent / slug).is_dir() for slug in slugs)


def test_names_are_unique() -> None:
    slugs = [exercise.slug for exercise in EXERCISES]
    assert len(set(slugs)) == len(slugs)


@each_exercise
def test_what_is_equal_to_everything_does_not_pass(exercise: Exercise) -> None:
    defines = load_cases(exercise).defines
    source = ALWAYS_EQUAL + "".join(f"\n{name} = Everything()" for name in defines)
    assert not in_process(exercise, source).passed


@each_exercise
def test_a_patched_library_does_not_help_and_does_not_hurt(exercise: Exercise) -> None:
    assert not in_process(exercise, exercise.read("starter.py") + PATCHED).passed
    verdict = in_process(exercise, exercise.read("solution.py") + PATCHED)
    assert verdict.passed, str(verdict)
