"""run.py tells people what to do, in one sentence, and leaves nothing behind.

Each test runs a copy of the checkout's set-up files in a folder of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tasks import _selection as selection

ROOT = Path(__file__).resolve().parents[2]
NEEDED = (
    *("run.py", "requirements.txt", "pyproject.toml", "hatch_build.py"),
    *("README.md", "LICENSE"),
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout, not set up, in a folder whose name has spaces."""
    folder = tmp_path / "my own copy"
    folder.mkdir()
    for name in NEEDED:
        shutil.copy(ROOT / name, folder)
    for name in ("tasks", "src"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    return folder


def run(
    folder: Path, *arguments: str, python: str = sys.executable, **env: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, str(folder / "run.py"), *arguments],
        cwd="/",
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_without_a_task_it_lists_the_tasks_with_a_line_each(checkout: Path) -> None:
    done = run(checkout)
    assert done.returncode == 0
    for name in ("book", "lab", "test", "refresh"):
        assert any(
            line.strip().startswith(name + " ") and len(line.split()) > 4
            for line in done.stdout.splitlines()
        ), done.stdout
    assert run(checkout, "--help").stdout == done.stdout


def test_an_unknown_task_gets_the_nearest_names(checkout: Path) -> None:
    done = run(checkout, "boook")
    assert done.returncode == 2
    assert "There is no task 'boook'. Did you mean book" in done.stderr
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("version", ["3.8", "3.10"])
def test_an_old_python_says_that_it_is_old(version: str) -> None:
    old = selection.interpreter(version)
    if old is None:
        pytest.skip(f"no Python {version} on this machine")
    done = run(ROOT, "book", python=old)
    assert done.returncode == 2
    assert f"needs Python 3.11 or later, and this is Python {version}" in done.stderr


def test_no_pip_is_told_with_the_remedy(checkout: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    done = run(checkout, "book", python=str(bare / "bin" / "python"))
    assert done.returncode == 2
    assert "This Python has no pip. Install it" in done.stderr


def python_with_pip() -> str:
    """The interpreter that made this environment: it is the one with pip."""
    return str(Path(sys.base_prefix, "bin", "python3"))


def test_no_network_and_an_empty_cache_is_told(checkout: Path, tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9/simple"
    done = run(
        checkout,
        "book",
        python=python_with_pip(),
        PIP_INDEX_URL=nowhere,
        PIP_EXTRA_INDEX_URL="",
        PIP_FIND_LINKS="",
        PIP_CONFIG_FILE=os.devnull,
        PIP_RETRIES="0",
        PIP_CACHE_DIR=str(tmp_path / "pip"),
        UV_CACHE_DIR=str(tmp_path / "uv"),
    )
    assert done.returncode == 2
    assert "The package index cannot be reached" in done.stderr
    assert not (checkout / ".venv" / "made-from").exists()


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_a_read_only_checkout_is_told(checkout: Path) -> None:
    command = [python_with_pip(), str(checkout / "run.py"), "book"]
    if os.geteuid() == 0:  # root writes everywhere but to a read-only mount
        script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
        command = ["unshare", "--mount", "sh", "-c", script, str(checkout), *command]
    else:
        checkout.chmod(0o555)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    checkout.chmod(0o755)
    assert done.returncode == 2, done.stderr
    assert "This checkout cannot be written to" in done.stderr
    assert "cp -r" in done.stderr


def test_a_path_with_spaces_is_set_up_and_again_at_once(checkout: Path) -> None:
    done = run(checkout, "setup", python=python_with_pip())
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(checkout / ".venv/bin/python")
    tool = checkout / ".venv/bin/asyncwith"
    assert subprocess.run([tool, "--help"], capture_output=True).returncode == 0
    again = run(checkout, "setup", python=python_with_pip())
    assert "setting up" not in again.stdout


def test_a_package_that_is_not_the_pinned_one_is_refused(checkout: Path) -> None:
    lock = checkout / "requirements.txt"
    name = lock.read_text().split("==")[0]
    block, rest = re.split(r"\n(?=\S)", lock.read_text(), maxsplit=1)
    lock.write_text(re.sub(r"sha256:\w{8}", "sha256:00000000", block) + "\n" + rest)
    done = run(checkout, "setup", python=python_with_pip())
    assert done.returncode == 2
    assert name in done.stderr
    assert "00000000" in done.stderr
