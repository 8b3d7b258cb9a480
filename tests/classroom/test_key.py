"""The instructor's key: complete, one page, and in no site and no release."""

import html
import re

import pytest

from asyncwith.catalogue import Exercise, exercises, find
from classroom.key import mistakes, notes
from tasks import classroom
from tasks._selection import ROOT

TIMER = find("promise/timer")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The key of two exercises, one of them with notes."""
    file = tmp_path_factory.mktemp("key") / "key.html"
    names = ["promise/timer", "promise/predict_ledger"]
    assert classroom.main(["key", str(file), *names]) == 0
    return file.read_text("utf-8")


def words(page: str) -> str:
    """A page's text, each run of spaces as one."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


def plain(markdown: str) -> str:
    return " ".join(markdown.replace("`", "").split())


def test_it_has_the_solution_and_why_it_is_right(page: str) -> None:
    assert plain(TIMER.read("solution.py")) in words(page)
    assert plain(notes(TIMER).why) in words(page)


def test_each_mistake_has_its_belief_its_hint_and_its_code(page: str) -> None:
    said, believes = words(page), notes(TIMER).believes
    known = mistakes(TIMER)
    assert len(known) == len(list((TIMER.folder / "wrong").glob("*.py"))) > 10
    for one in known:
        belief, hint = plain(believes[one.name]), plain(one.hint)
        told = f"{one.name.replace('_', ' ')} Believes: {belief} Hint: {hint}"
        assert f"{told} The code{plain(one.source)}" in said


def test_a_hint_is_the_whole_one_that_students_get() -> None:
    (one,) = [one for one in mistakes(TIMER) if one.name == "no_finally"]
    assert one.hint == (
        "A failed block was not measured. "
        "Which of your lines are skipped when an exception leaves the block?"
    )


def test_the_contents_lead_to_each_exercise(page: str) -> None:
    targets = re.findall(r'<a href="#(.*?)">', page)
    assert targets == ["promise-timer", "promise-predict_ledger"]
    assert re.findall(r'<section id="(.*?)">', page) == targets


def test_it_needs_nothing_else(page: str) -> None:
    assert not re.findall(r"<(?:link|script|img|iframe)|@import|url\(", page)


@pytest.mark.parametrize("place", ["key.html", "book/key.html", "_build/html/key.html"])
def test_it_is_not_written_where_the_site_is_built_from(
    place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert classroom.main(["key", str(ROOT / place), "promise/timer"]) == 2
    assert "The key stays out of the checkout" in capsys.readouterr().err
    assert not (ROOT / place).exists()


def test_no_belief_stands_on_a_page_of_the_book() -> None:
    pages = [*ROOT.glob("book/*.md"), *ROOT.glob("notebooks/**/*.ipynb")]
    book = " ".join(" ".join(path.read_text("utf-8").split()) for path in pages)
    for one in exercises():
        assert " ".join(notes(one).why.split()) not in book
        for belief in notes(one).believes.values():
            assert belief not in book


@pytest.mark.parametrize("exercise", exercises(), ids=lambda one: one.name)
def test_notes_speak_of_every_known_mistake(exercise: Exercise) -> None:
    assert notes(exercise).why.strip()
    assert set(notes(exercise).believes) == {one.name for one in mistakes(exercise)}
