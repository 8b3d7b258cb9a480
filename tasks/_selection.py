"""Which notebooks a stage runs, and which Pythons this machine has."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RECENT = 4 * 3600  # seconds: the work of a morning


def notebooks() -> list[str]:
    """All notebooks, chapters first, as paths from the root."""
    found = sorted((ROOT / "notebooks").glob("*.ipynb"))
    found += sorted((ROOT / "notebooks" / "exercises").glob("*.ipynb"))
    return [str(path.relative_to(ROOT)) for path in found]


def git(*arguments: str) -> str | None:
    """What git prints, or None outside a repository."""
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout if done.returncode == 0 else None


def turn() -> int:
    """Which third it is now, 0 to 2: it rotates with the number of commits."""
    return int(git("rev-list", "--count", "HEAD") or 0) % 3


def third() -> list[str]:
    """A third of the notebooks, which rotates."""
    return notebooks()[turn() :: 3]


def recent() -> set[str] | None:
    """The files changed in the hours before the last commit, and since.

    None without git: nobody knows then what is new.
    """
    last = git("log", "-1", "--format=%ct")
    if last is None:
        return None
    since = int(last) - RECENT
    committed = git("log", f"--since={since}", "--name-only", "--format=") or ""
    uncommitted = git("diff", "--name-only", "HEAD") or ""
    return {path for path in (committed + "\n" + uncommitted).split("\n") if path}


def rotating() -> list[str]:
    """The notebooks that changed of late, and a third; without git all of them."""
    changed, every = recent(), notebooks()
    if changed is None:
        return every
    return [path for path in every if path in {*third(), *changed}]


def interpreter(version: str) -> str | None:
    """A working Python of this version, or None.

    Candidates are executed: a version manager's shim may exist and fail.
    """
    name = f"python{version}"
    candidates = [shutil.which(name)]
    for root in (os.environ.get("PYENV_ROOT"), "~/.pyenv", "~/.local/share/uv/python"):
        if root:
            pattern = Path(root).expanduser()
            candidates += sorted(
                glob.glob(f"{pattern}/versions/{version}.*/bin/{name}")
            )
            candidates += sorted(glob.glob(f"{pattern}/*{version}*/bin/{name}"))
    candidates += [f"/usr/bin/{name}", f"/usr/local/bin/{name}"]
    question = "import sys, ensurepip; print('%d.%d' % sys.version_info[:2])"
    for candidate in candidates:
        if candidate is None or not os.access(candidate, os.X_OK):
            continue
        answer = subprocess.run(
            [candidate, "-c", question], capture_output=True, text=True, check=False
        )
        if answer.returncode == 0 and answer.stdout.strip() == version:
            return candidate
    return None
