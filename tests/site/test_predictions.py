"""A prediction answers back: the wrong choices with a reason, the right one at last."""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Locator, Page, expect

from tasks._selection import ROOT
from tasks.book import SITE

sys.path.append(str(ROOT / "book" / "_extensions"))  # as Sphinx does
from predictions import NAMED, asked, told

CHAPTERS = [path.stem for path in sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))]


def following(chapter: str, identity: str) -> str:
    """The first paragraph of the next markdown cell."""
    path = ROOT / "notebooks" / f"{chapter}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    at = [cell["id"] for cell in cells].index(identity)
    after = (cell for cell in cells[at + 1 :] if cell["cell_type"] == "markdown")
    return "".join(next(after)["source"]).partition("\n\n")[0]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_what_is_told_fits_the_questions_and_the_text(chapter: str) -> None:
    """Each choice has its answer, and the explanation names the same letter."""
    for identity, answer in told(ROOT, chapter).items():
        said = NAMED.match(following(chapter, identity))
        assert said is None or said[1] in answer["right"], identity
        for letter, why in answer.items():
            assert letter == "right" or 5 <= len(why.split()) <= 30, (identity, letter)


def test_most_explanations_name_the_letter() -> None:
    named = [
        NAMED.match(following(chapter, identity)) is not None
        for chapter in CHAPTERS
        for identity in told(ROOT, chapter)
    ]
    assert sum(named) > 0.95 * len(named)


def test_a_question_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    source = "**Predict.** What?\n\n- (a) this\n- (b) that"
    cell = {"cell_type": "markdown", "id": "ask", "source": source}
    path = tmp_path / "notebooks" / "01_one.ipynb"
    path.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    assert asked(path) == {"ask": ["a", "b"]}
    (tmp_path / "book" / "predictions").mkdir(parents=True)
    answers = tmp_path / "book" / "predictions" / "01_one.toml"
    answers.write_text('[ask]\nright = "b"\na = "not this"\n')
    assert told(tmp_path, "01_one") == {"ask": {"right": "b", "a": "not this"}}
    answers.write_text('[ask]\nright = "b"\n')
    with pytest.raises(ValueError, match="ask: tell of a, b"):
        told(tmp_path, "01_one")
    answers.write_text('[other]\nright = "b"\n')
    with pytest.raises(ValueError, match="no such question: other"):
        told(tmp_path, "01_one")


def test_every_page_asks_all_its_questions(
    counted: Callable[[str], None],
) -> None:
    count = 0
    for chapter in CHAPTERS:
        page = (SITE / "notebooks" / f"{chapter}.html").read_text(encoding="utf-8")
        keys = re.findall(
            r'class="aw-prediction" id="[^"]+" data-answer="([^"]+)"', page
        )
        found = [json.loads(base64.b64decode(key)) for key in keys]
        assert found == list(told(ROOT, chapter).values()), chapter
        for answer in found:
            for letter, why in answer.items():
                assert letter == "right" or why.replace("`", "") not in page
        count += len(found)
    counted(f"predictions that answer back: {count}")
    assert count >= 200


def test_no_explanation_tells_the_letter_before_the_answer(
    counted: Callable[[str], None],
) -> None:
    """In the page's text; where there are no scripts, it does."""
    count = 0
    for chapter in CHAPTERS:
        path = SITE / "notebooks" / f"{chapter}.html"
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        questions = told(ROOT, chapter)
        letters = {str(each["data-of"]): each for each in page.select(".aw-letter")}
        for identity, answer in questions.items():
            letter = letters.pop(f"prediction-{identity}", None)
            if letter is None:
                assert NAMED.match(following(chapter, identity)) is None, identity
                continue
            assert letter.get_text().strip("()") in answer["right"]
            paragraph = letter.find_parent("p")
            assert paragraph is not None
            letter.decompose()
            assert NAMED.match(paragraph.get_text()) is None, (chapter, identity)
            count += 1
        assert not letters, chapter
    counted(f"explanations that wait for the answer: {count}")
    assert count >= 200


@pytest.fixture
def page(site: str, chromium: Browser) -> Page:
    page = chromium.new_page(viewport={"width": 375, "height": 800})
    page.goto(f"{site}/notebooks/03_protocol.html")
    return page


def question(page: Page, number: int) -> Locator:
    return page.locator(".aw-prediction").nth(number)


def test_a_wrong_choice_is_struck_out_and_explained_and_the_next_one_is_right(
    page: Page,
) -> None:
    found = question(page, 0)
    letter = page.locator(".aw-letter").first
    expect(letter).to_have_text("(?)")
    expect(letter.get_by_role("link")).to_have_accessible_name(
        "not yet: answer the question above"
    )
    choices = found.get_by_role("button")
    expect(choices).to_have_count(3)
    expect(found).to_have_role("group")
    choices.first.focus()
    page.keyboard.press("Enter")
    expect(choices.first).to_have_css("text-decoration-line", "line-through")
    expect(choices.first).to_have_attribute("aria-disabled", "true")
    expect(choices.first).to_be_focused()
    expect(choices.first).to_have_accessible_description(re.compile("No. The manager"))
    expect(page.get_by_role("status")).to_contain_text("(a) No. The manager stays with")
    page.keyboard.press("Enter")
    expect(found.locator(".aw-why")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(found.locator(".aw-right")).to_have_text("(b) connection 1")
    expect(found.locator(".aw-why").last).to_have_text("Yes.")
    expect(letter).to_have_text("(b)")
    choices.last.click(force=True)
    expect(found.locator(".aw-why")).to_have_count(2)
    page.close()


def test_a_question_with_two_right_choices_asks_for_both(page: Page) -> None:
    found = page.locator(".aw-prediction", has_text="In two of the six")
    found.get_by_role("button", name="(c)").click()
    expect(found.locator(".aw-why")).to_have_text("Yes, and there is another.")
    found.get_by_role("button", name="(a)").click()
    expect(found.locator(".aw-why").first).to_have_text("Yes.")
    page.close()


def test_a_choice_that_names_a_chapter_holds_no_link(
    site: str, chromium: Browser
) -> None:
    page = chromium.new_page()
    page.goto(f"{site}/notebooks/16_connections.html")
    named = page.get_by_role("button", name="(chapter 7)")
    expect(named).to_have_count(1)
    expect(page.locator(".aw-choice a")).to_have_count(0)
    page.close()


def test_without_scripts_it_is_a_list(site: str, chromium: Browser) -> None:
    page = chromium.new_page(java_script_enabled=False)
    page.goto(f"{site}/notebooks/03_protocol.html")
    expect(question(page, 0).locator("li")).to_have_count(3)
    expect(question(page, 0).get_by_role("button")).to_have_count(0)
    letter = page.locator(".aw-letter").first
    expect(letter).to_have_text("(b)", use_inner_text=True)
    page.close()
