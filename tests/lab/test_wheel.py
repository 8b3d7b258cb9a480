"""The wheel: what it holds, and that it works far from the checkout."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAME = "promise/suppress_key_error"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder in which the wheel is installed: it is pure, so unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(site, folder, *arguments, others=""):
    path = os.pathsep.join([str(site), others]) if others else str(site)
    return subprocess.run(
        # without site, that is without the .pth file of the editable install
        [sys.executable, "-S", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "IPYTHONDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_holds_every_module_and_nothing_else_of_the_package(site):
    source = ROOT / "src" / "asyncwith"
    ours = {p.relative_to(source) for p in source.rglob("*.py")}
    theirs = {
        path.relative_to(site / "asyncwith")
        for path in (site / "asyncwith").rglob("*.py")
        if "exercises" not in path.parts
    }
    assert theirs == ours
    assert (site / "asyncwith" / "py.typed").is_file()


def test_it_holds_the_checks_and_no_solution(site):
    exercises = site / "asyncwith" / "exercises"
    names = {path.name for path in exercises.rglob("*") if path.is_file()}
    assert names == {
        *("check.py", "starter.py", "text.md", "hints.md"),
        *("order.txt", "_toc.yml"),
    }


def test_it_lists_the_exercises_in_the_books_order(site, tmp_path):
    here = run(ROOT / "src", tmp_path, "-m", "asyncwith", "list")
    there = run(site, tmp_path, "-m", "asyncwith", "list")
    assert there.stderr == ""
    assert there.stdout == here.stdout
    assert NAME in there.stdout


def test_it_checks_a_solution(site, tmp_path):
    solution = ROOT / "exercises" / NAME / "solution.py"
    (tmp_path / "mine.py").write_text(solution.read_text("utf-8"))
    done = run(site, tmp_path, "-m", "asyncwith", "check", NAME, "mine.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{NAME}: passed")


def test_its_extension_loads_in_ipython(site, tmp_path):
    code = (
        "import asyncwith\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_line_magic('load_ext', 'asyncwith')\n"
        "shell.run_cell('# timeline: a block\\n'\n"
        "    'from contextlib import nullcontext\\n'\n"
        "    'with nullcontext(): pass')\n"
        "print(asyncwith.__file__)\n"
    )
    others = sysconfig.get_paths()["purelib"]
    done = run(site, tmp_path, "-c", code, others=others)
    assert "main enter  nullcontext()" in done.stdout, done.stderr
    assert done.stdout.splitlines()[-1] == str(site / "asyncwith" / "__init__.py")


def test_an_editable_install_leaves_no_folder_of_that_name():
    places = {sysconfig.get_paths()[name] for name in ("purelib", "platlib")}
    for place in map(Path, places):
        if list(place.glob("_asyncwith*.pth")):
            assert not (place / "asyncwith").exists()
