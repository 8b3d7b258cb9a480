"""A test for each case of each exercise's check: the file under one fault.

Each file is checked once, in a process of its own, as ``asyncwith check`` does
it. The first case that does not pass says under which fault, what was seen
there, and what to look at; those behind it did not run.
"""

import functools
import json
from pathlib import Path

import pytest

from asyncwith.catalogue import find
from asyncwith.checking import Verdict
from asyncwith.checking.isolation import judge_apart
from asyncwith.checking.sources import read_submission

HERE = Path(__file__).parent
EXERCISES = json.loads((HERE / "exercises.json").read_text("utf-8"))
CASES = [
    pytest.param(one["name"], number, id=f"{one['name']}: {fault}")
    for one in EXERCISES
    for number, fault in enumerate(one["cases"])
]


@functools.cache
def judged(name: str) -> Verdict:
    """What the check says of the exercise's file."""
    file = HERE.parent / f"{name}.py"
    if not file.is_file():
        pytest.fail(f"{name}.py is not there: restore it from git.", pytrace=False)
    return judge_apart(find(name), read_submission(file, name))


@pytest.mark.parametrize(("name", "number"), CASES)
def test_case(name: str, number: int) -> None:
    verdict = judged(name)
    if verdict.passed or number < verdict.cases:
        return
    if number > verdict.cases:
        pytest.skip("not run: a case before it has not passed")
    pytest.fail(str(verdict), pytrace=False)
