"""An exercise's page helps in steps: hints, the lines out of order, the solution."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from asyncwith.catalogue import exercises, find
from tasks._selection import ROOT

PAGES = [path.stem for path in sorted(ROOT.glob("notebooks/exercises/*.ipynb"))]


@pytest.fixture
def page(site: str, chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1000, "height": 900})
    page.goto(f"{site}/notebooks/exercises/01_promise.html")
    yield page
    page.close()


def solution(page: Page, slug: str = "timer") -> Locator:
    return page.locator(f'[data-cell="{slug}-solution"]')


def puzzle(page: Page, slug: str = "timer") -> Locator:
    before = "preceding-sibling::details[1]"
    return solution(page, slug).locator(f"xpath={before}")


def opened(page: Page) -> Locator:
    """The puzzle of the timer, after its three hints."""
    for number in (1, 2, 3):
        hints = puzzle(page).locator(f"xpath=preceding-sibling::details[{4 - number}]")
        expect(hints).to_be_visible()
        hints.locator("summary").click()
    puzzle(page).locator("summary").click()
    return puzzle(page).locator(".aw-piece")


def lines() -> list[str]:
    code = find("promise/timer").read("solution.py")
    return [line for line in code.splitlines() if line.strip()]


def test_each_exercise_has_its_steps(
    site: str, chromium: Browser, counted: Callable[[str], None]
) -> None:
    page = chromium.new_page()
    puzzles = hints = 0
    for name in PAGES:
        page.goto(f"{site}/notebooks/exercises/{name}.html")
        mine = exercises(name.partition("_")[2])
        expect(page.locator(".aw-puzzle")).to_have_count(len(mine))
        for exercise in mine:
            cell = solution(page, exercise.slug[:50])
            steps = cell.locator("xpath=preceding-sibling::details")
            own = cell.evaluate("""(cell) => {
                let count = 0, before = cell.previousElementSibling;
                while (before instanceof HTMLDetailsElement) {
                    count += 1;
                    before = before.previousElementSibling;
                }
                return count;
            }""")
            assert own == len(exercise.hints) + 1, exercise.name
            assert steps.count() >= own
            hints += bool(exercise.hints)
            puzzles += 1
    page.close()
    assert puzzles == len(list(exercises()))
    counted(f"exercises with puzzle and solution: {puzzles}, with hints too: {hints}")


def test_each_step_appears_when_the_one_before_was_opened(page: Page) -> None:
    fold = solution(page).locator("details")
    before = puzzle(page).locator("xpath=preceding-sibling::details")
    expect(before.filter(has_text="Hint 2").last).to_be_hidden()
    expect(puzzle(page)).to_be_hidden()
    expect(fold).to_be_hidden()
    pieces = opened(page)
    expect(pieces).to_have_count(len(lines()))
    assert pieces.all_text_contents() != lines()
    expect(fold).to_be_hidden()
    puzzle(page).get_by_role("button", name="Check the order").click()
    expect(puzzle(page).locator(".aw-why")).to_contain_text(
        f"of {len(lines())} pieces stand where they do"
    )
    expect(fold.locator("summary")).to_contain_text("Solution")
    fold.locator("summary").click()
    expect(fold).to_contain_text("self.seconds = self.clock() - self.started")


def test_it_is_solved_by_keyboard_alone(page: Page) -> None:
    pieces = opened(page)
    for place, line in enumerate(lines()):
        at = pieces.all_text_contents().index(line, place)
        handle = pieces.nth(at).get_by_role("button")
        handle.focus()
        for _ in range(at - place):
            page.keyboard.press("ArrowUp")
        expect(page.get_by_role("button").and_(page.locator(":focus"))).to_have_text(
            line.strip()
        )
    puzzle(page).get_by_role("button", name="Check the order").focus()
    page.keyboard.press("Enter")
    expect(puzzle(page).locator(".aw-why")).to_have_text("That is the solution.")
    expect(puzzle(page).locator(".aw-fits")).to_have_count(len(lines()))


def test_a_piece_is_dragged(page: Page) -> None:
    pieces = opened(page)
    first, last = pieces.first, pieces.last
    text = first.text_content()
    first.hover()
    page.mouse.down()
    expect(first).to_have_class("aw-piece aw-dragged")
    box = last.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + box["height"] - 2, steps=10)
    page.mouse.up()
    assert pieces.last.text_content() == text
    expect(page.locator(".aw-dragged")).to_have_count(0)


def test_without_scripts_all_of_it_is_there(site: str, chromium: Browser) -> None:
    page = chromium.new_page(java_script_enabled=False)
    page.goto(f"{site}/notebooks/exercises/01_promise.html")
    expect(page.locator("details", has_text="Hint 3").first).to_be_visible()
    expect(solution(page).locator("details")).to_be_visible()
    page.close()
