"""Where the exercises are, and what each one's folder says about it.

An exercise is a folder ``<chapter>/<slug>`` of plain files; its name in words,
``generators/temporary_file``, is its identity everywhere. An installed package
carries the folders inside itself, a checkout has them in ``exercises/``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Exercise", "UnknownExercise", "chapters", "exercises", "find", "folder"]

_HEADING = re.compile(r"# (?P<title>.+) · (?P<minutes>[1-9]\d*) minutes")
_LOCAL_ONLY = re.compile(r"local-only: *(?P<reason>[a-z-]+)")
_CHAPTER_FILE = re.compile(r"file:\s*[\"']?notebooks/(\d+_(\w+))")


class UnknownExercise(LookupError):
    """No exercise has that name; the message suggests the nearest ones."""

    def _render_traceback_(self, *_: object) -> list[str]:
        return [str(self)]  # in a notebook, the sentence is enough


@dataclass(frozen=True, order=True)
class Exercise:
    """One exercise: its name, such as ``"promise/timer"``, and its folder."""

    name: str
    folder: Path

    @property
    def chapter(self) -> str:
        """The name's first word, such as ``"promise"``."""
        return self.name.partition("/")[0]

    @property
    def slug(self) -> str:
        """The name's second word, such as ``"timer"``."""
        return self.name.partition("/")[2]

    def read(self, file: str) -> str:
        """Text of one of its files; empty if the exercise has no such file."""
        path = self.folder / file
        return path.read_text("utf-8") if path.is_file() else ""

    @property
    def title(self) -> str:
        """The title, from the first line of ``text.md``."""
        return self._heading()["title"]

    @property
    def minutes(self) -> int:
        """How long it is expected to take, in minutes."""
        return int(self._heading()["minutes"])

    @property
    def local_only(self) -> str | None:
        """Why it cannot run in the browser (``"subprocess"``, …), if it cannot.

        The line ``local-only: REASON``, directly under the title of ``text.md``.
        """
        match = _LOCAL_ONLY.fullmatch(self._rest().partition("\n")[0].strip())
        return match["reason"] if match else None

    @property
    def task(self) -> str:
        """What is to be done, in Markdown, without the heading."""
        rest = self._rest()
        if self.local_only:
            rest = rest.partition("\n")[2]
        return rest.strip() + "\n"

    @property
    def hints(self) -> list[str]:
        """The stepwise hints of ``hints.md``, a numbered list, in order."""
        found = re.split(r"(?m)^\d+\.[ \t]+", self.read("hints.md"))[1:]
        return [re.sub(r"(?m)^ {2,4}", "", hint).strip() for hint in found]

    def _rest(self) -> str:
        return self.read("text.md").partition("\n")[2].lstrip("\n")

    def _heading(self) -> re.Match[str]:
        first = self.read("text.md").partition("\n")[0]
        match = _HEADING.fullmatch(first)
        if match is None:
            raise ValueError(
                f"{self.name}/text.md: expected a first line like "
                f"'# Title · 15 minutes', found {first!r}"
            )
        return match


def folder() -> Path:
    """Folder that holds the exercises: the package's own, or the checkout's.

    Raises
    ------
    FileNotFoundError
        There is neither; the message says where they were looked for.
    """
    package = Path(__file__).resolve().parent
    places = [package / "exercises", package.parents[1] / "exercises"]
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(
        "expected the exercises in " + " or ".join(map(str, places)) + ", found neither"
    )


def chapters(root: Path | None = None) -> list[tuple[str, str]]:
    """Chapters in the book's order, each as ``(name, notebook's stem)``.

    The order is that of ``_toc.yml`` beside the exercises (or, in an installed
    package, among them); chapters that it does not name follow, by name.
    """
    root = root or folder()
    toc = next(
        (p for p in (root / "_toc.yml", root.parent / "_toc.yml") if p.is_file()), None
    )
    known = dict[str, str]()
    if toc:
        for stem, name in _CHAPTER_FILE.findall(toc.read_text("utf-8")):
            known.setdefault(name, stem)
    here = {p.parent.parent.name for p in root.glob("*/*/check.py")}
    for name in sorted(here - known.keys()):
        known[name] = name
    return list(known.items())


def exercises(chapter: str | None = None, root: Path | None = None) -> list[Exercise]:
    """All exercises (of one chapter) in the book's order.

    Within a chapter ``order.txt`` decides, one slug a line; what it does not
    name follows, by name.

    Examples
    --------
    >>> [e.name for e in exercises("promise")][:0]
    []
    """
    root = root or folder()
    return [
        Exercise(f"{name}/{slug}", root / name / slug)
        for name, _ in chapters(root)
        if chapter in (None, name)
        for slug in _slugs(root / name)
    ]


def _slugs(chapter: Path) -> Iterator[str]:
    here = sorted(p.parent.name for p in chapter.glob("*/check.py"))
    order = chapter / "order.txt"
    named = order.read_text("utf-8").split() if order.is_file() else []
    yield from (slug for slug in named if slug in here)
    yield from (slug for slug in here if slug not in named)


def find(name: str, root: Path | None = None) -> Exercise:
    """The exercise of that name.

    Raises
    ------
    UnknownExercise
        There is none; the message names the nearest ones.

    Examples
    --------
    >>> find("promise/suppress_key_error").slug
    'suppress_key_error'
    """
    known = {exercise.name: exercise for exercise in exercises(root=root)}
    if name in known:
        return known[name]
    near = [full for full in known if full.endswith(f"/{name}")]
    near += difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    advice = (
        f"Did you mean {' or '.join(dict.fromkeys(near))}?"
        if near
        else ("`asyncwith list` shows all of them.")
    )
    raise UnknownExercise(f"there is no exercise {name!r}. {advice}")
