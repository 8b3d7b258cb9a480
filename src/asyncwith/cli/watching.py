"""``asyncwith watch``: check a file again each time that it is saved.

Files are polled: it works on every file system and in every container. After
a pass it shows where the solution can be compared, never before.
"""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from asyncwith.catalogue import Exercise
from asyncwith.checking.isolation import judge_apart
from asyncwith.checking.sources import read_submission
from asyncwith.checking.verdicts import Verdict
from asyncwith.cli.progress import Progress, exercise_of

__all__ = ["Watcher", "watch"]

_KEYS = "h hint · n next exercise · l list · q quit"
_POLL = 0.3  # seconds between two looks at the files


class Watcher:
    """Looks at a folder's files, and checks those that have changed.

    Parameters
    ----------
    target
        A folder with ``<chapter>/<slug>.py``, or one such file.
    say
        Where lines go.
    limit
        Longest time for one case, in seconds.

    Raises
    ------
    FileNotFoundError
        There is no such folder, or no exercise's file in it.
    UnknownExercise
        The file's name is no exercise's.
    """

    def __init__(
        self, target: Path, say: Callable[[str], None] = print, *, limit: float = 5.0
    ) -> None:
        self._say, self._limit = say, limit
        if target.is_dir():
            self.progress = Progress(target)
            self._all = self.progress.here()
        elif target.is_file():
            exercise = exercise_of(target)
            self.progress = Progress(target.resolve().parents[1])
            self._all = [exercise]
            if self.progress.file(exercise) != target.resolve():
                raise FileNotFoundError(
                    f"expected a file named {exercise.name}.py, found {str(target)!r}; "
                    "a notebook is checked by its own check cells"
                )
        else:
            raise FileNotFoundError(f"there is no file or folder {str(target)!r}")
        if not self._all:
            raise FileNotFoundError(
                f"no exercise's file in {str(target)!r}; "
                f"`asyncwith start {target}` writes one for each"
            )
        self._seen = {e.name: self._stamp(e) for e in self._all}
        self._hints: dict[str, int] = {}
        self.current = self._next(self._all[-1])

    def greet(self) -> None:
        """Say where the reader stands, and check what is under way."""
        self._say(f"{self.progress.bar()}   {_KEYS}")
        self._show()
        if self.progress.state(self.current) == "begun":
            self.check(self.current)

    def look(self) -> list[Verdict]:
        """Check every file that was saved since the last look."""
        verdicts: list[Verdict] = []
        for exercise in self._all:
            stamp = self._stamp(exercise)
            if stamp is not None and stamp != self._seen[exercise.name]:
                self._seen[exercise.name] = stamp
                self.current = exercise
                verdicts.append(self.check(exercise))
        return verdicts

    def check(self, exercise: Exercise) -> Verdict:
        """Check one file and say what came out."""
        blocks = read_submission(self.progress.file(exercise), exercise.name)
        verdict = judge_apart(exercise, blocks, limit=self._limit)
        self.progress.record(exercise, passed=verdict.passed)
        self._say(f"\n{time.strftime('%H:%M:%S')}  {verdict}")
        if verdict.passed:
            solution = exercise.folder / "solution.py"
            if solution.is_file():
                self._say(f"  compare:   {solution}")
            self._say(self.progress.bar())
            if self.progress.state(self._next(exercise)) != "passed":
                self.current = self._next(exercise)
                self._show()
            else:
                self._say("All of them pass.")
        return verdict

    def press(self, key: str) -> bool:
        """Do what a key stands for; False if it means to stop."""
        if key == "h":
            self._hint()
        elif key == "n":
            self.current = self._next(self.current)
            self._show()
        elif key == "l":
            for exercise in self._all:
                mark = "#" if self.progress.state(exercise) == "passed" else "."
                self._say(f"  {mark} {exercise.name:<36}{exercise.minutes:>3} min")
        elif key in ("q", "\x03", "\x04"):
            return False
        elif key.isprintable() and key.strip():
            self._say(_KEYS)
        return True

    def _hint(self) -> None:
        hints = self.current.hints
        given = self._hints.get(self.current.name, 0)
        if not hints:
            self._say("This one has no further hints: the check's own is the hint.")
            return
        shown = min(given, len(hints) - 1)
        self._say(f"Hint {shown + 1} of {len(hints)}: {hints[shown]}")
        self._hints[self.current.name] = given + 1

    def _next(self, after: Exercise) -> Exercise:
        """The next exercise that has not passed; the one given if there is none."""
        start = self._all.index(after) + 1
        for exercise in self._all[start:] + self._all[:start]:
            if self.progress.state(exercise) != "passed":
                return exercise
        return after

    def _show(self) -> None:
        one = self.current
        path = self.progress.file(one)
        self._say(f"Next: {one.title} · {one.minutes} minutes · {path}")

    def _stamp(self, exercise: Exercise) -> tuple[int, int] | None:
        try:
            stat = self.progress.file(exercise).stat()
        except FileNotFoundError:  # between an editor's delete and its rename
            return None
        return stat.st_mtime_ns, stat.st_size


def watch(target: Path, *, limit: float = 5.0) -> None:
    """Watch until ``q``, Ctrl-C, or the end of standard input."""
    watcher = Watcher(target, lambda line: print(line, flush=True), limit=limit)
    watcher.greet()
    with _keys() as pressed:
        while True:
            watcher.look()
            key = pressed(_POLL)
            if key is not None and not watcher.press(key):
                return


@contextmanager
def _keys() -> Generator[Callable[[float], str | None]]:
    """A function that waits some seconds for a key; single keys on a terminal."""
    ended = False

    def pressed(seconds: float) -> str | None:
        nonlocal ended
        if ended:  # no terminal, as under a supervisor: watch until stopped
            time.sleep(seconds)
            return None
        if not select.select([sys.stdin], [], [], seconds)[0]:
            return None
        key = sys.stdin.read(1)
        ended = not key
        return key or None

    if not sys.stdin.isatty():
        yield pressed
        return
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield pressed
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
