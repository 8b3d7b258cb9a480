"""A reader's folder of starter files, and which of them pass by now.

``asyncwith start`` writes one file an exercise, ``<chapter>/<slug>.py``. What
has passed is noted beside them, with a fingerprint of the file and of its
check: a file that is changed afterwards has to pass again.
"""

from __future__ import annotations

import hashlib
import json
import textwrap
from pathlib import Path

from asyncwith.catalogue import Exercise, exercises, find

__all__ = ["Progress", "exercise_of", "starter_file", "write_starters"]

_NOTES = ".asyncwith.json"


def starter_file(exercise: Exercise) -> str:
    """The starter with its task above it, as comments."""
    head = [f"{exercise.title} · {exercise.minutes} minutes", ""]
    for line in exercise.task.strip().splitlines():
        head += textwrap.wrap(line, 77) or [""]
    comment = "\n".join(f"# {line}".rstrip() for line in head)
    return f"{comment}\n\n{exercise.read('starter.py').strip()}\n"


def write_starters(folder: Path) -> tuple[list[Path], list[Path]]:
    """Write a starter file for each exercise; an existing file stays as it is.

    Returns
    -------
    written, kept
        Paths of the files.
    """
    written: list[Path] = []
    kept: list[Path] = []
    for exercise in exercises():
        path = folder / f"{exercise.name}.py"
        if path.exists():
            kept.append(path)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(starter_file(exercise), "utf-8")
        written.append(path)
    return written, kept


def exercise_of(path: Path) -> Exercise:
    """The exercise that a file is for, by its place: ``promise/timer.py``.

    Raises
    ------
    UnknownExercise
        Neither its folder and name nor its name alone are an exercise's.
    """
    path = path.resolve()
    same = [e for e in exercises() if e.slug == path.stem]
    if len(same) == 1:
        return same[0]
    return find(f"{path.parent.name}/{path.stem}")


class Progress:
    """The states of the exercises in a folder.

    Parameters
    ----------
    folder
        Where ``<chapter>/<slug>.py`` are. It need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._notes = folder / _NOTES
        self._passed: dict[str, str] = {}
        try:
            known = json.loads(self._notes.read_text("utf-8"))
            self._passed = {str(k): str(v) for k, v in known["passed"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass  # nothing has been noted, or not by us

    def file(self, exercise: Exercise) -> Path:
        """Where the exercise's file is, or would be."""
        return self.folder / f"{exercise.name}.py"

    def state(self, exercise: Exercise) -> str:
        """``"passed"``, ``"begun"``, ``"to do"``, or ``""`` without a file."""
        path = self.file(exercise)
        if not path.is_file():
            return ""
        if self._passed.get(exercise.name) == _fingerprint(exercise, path):
            return "passed"
        text = path.read_text("utf-8", "replace")
        return "to do" if text == starter_file(exercise) else "begun"

    def record(self, exercise: Exercise, *, passed: bool) -> None:
        """Note that the exercise's file passes, or that it does not."""
        self._passed.pop(exercise.name, None)
        if passed:
            path = self.file(exercise)
            self._passed[exercise.name] = _fingerprint(exercise, path)
        text = json.dumps({"passed": self._passed}, indent=1, sort_keys=True)
        self._notes.write_text(text + "\n", "utf-8")

    def here(self) -> list[Exercise]:
        """The exercises that have a file here, in the book's order."""
        return [e for e in exercises() if self.file(e).is_file()]

    def bar(self, width: int = 20) -> str:
        """A line like ``[##########..........] 8 of 16``."""
        here = self.here()
        done = sum(self.state(exercise) == "passed" for exercise in here)
        full = max(width * done // len(here), int(done > 0)) if here else 0
        return f"[{'#' * full}{'.' * (width - full)}] {done} of {len(here)}"


def _fingerprint(exercise: Exercise, path: Path) -> str:
    check = exercise.read("check.py").encode()
    return hashlib.sha256(path.read_bytes() + b"\0" + check).hexdigest()[:16]
