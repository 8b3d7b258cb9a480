"""What a chapter says that its reader will be able to do, an exercise tests.

Each outcome names its exercises.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest

from asyncwith.catalogue import exercises

ROOT = Path(__file__).resolve().parents[2]
LIST = re.compile(r"\*\*What you will be able to do\*\*\n+((?:- .+\n)+)")


class Outcome(NamedTuple):
    """One thing that a chapter's reader can do after it."""

    chapter: str
    verb: str
    exercises: list[str]


def outcomes(path: Path) -> list[Outcome]:
    """The outcomes of one chapter, each with the exercises that it names."""
    chapter = path.stem.partition("_")[2]
    cells = nbformat.read(path, as_version=4).cells
    text = "\n\n".join(c.source for c in cells if c.cell_type == "markdown") + "\n"
    found = LIST.findall(text)
    assert len(found) == 1, f"{path.name}: one list of outcomes, found {len(found)}"
    return [
        Outcome(
            chapter,
            re.sub(r"\W*(\w+).*", r"\1", line).lower(),
            [name for name in re.findall(r"`([\w/]+)`", line) if name in NAMES],
        )
        for line in found[0].splitlines()
    ]


NAMES = {exercise.name for exercise in exercises()}
CHAPTERS = sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))
OUTCOMES = [outcome for path in CHAPTERS for outcome in outcomes(path)]


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda o: f"{o.chapter}-{o.verb}")
def test_an_exercise_tests_it(outcome: Outcome) -> None:
    assert outcome.exercises, f"no exercise tests: {outcome.chapter}, {outcome.verb}"


def test_two_to_four_outcomes_a_chapter_that_differ_in_their_verb() -> None:
    for path in CHAPTERS:
        verbs = [o.verb for o in OUTCOMES if path.stem.endswith(f"_{o.chapter}")]
        assert 2 <= len(verbs) == len(set(verbs)) <= 4, path.name
    print(f"outcomes {len(OUTCOMES)}, each with an exercise")
