"""How a page reads: the length of its lines, the place of the keyboard, motion."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

LETTERS = """() => {
    const found = [];
    for (const each of document.querySelectorAll("article section > p")) {
        const height = parseFloat(getComputedStyle(each).lineHeight);
        const lines = Math.round(each.getBoundingClientRect().height / height);
        if (lines >= 4) found.push(each.textContent.length / (lines - 0.5));
    }
    return found;
}"""
MOVING = """() => [...document.querySelectorAll("*")].filter((each) => {
    const style = getComputedStyle(each);
    return [style.transitionDuration, style.animationDuration]
        .some((list) => list.split(",").some((one) => parseFloat(one) > 0.001));
}).length"""


@pytest.mark.parametrize("name", ["notebooks/07_cancellation", "notebooks/12_pools"])
def test_a_line_of_text_has_60_to_75_letters(
    site: str, chromium: Browser, name: str
) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{site}/{name}.html")
    found = page.evaluate(LETTERS)
    page.close()
    assert len(found) >= 5
    assert 60 <= sum(found) / len(found) <= 75


@pytest.mark.parametrize("still", [True, False])
def test_nothing_moves_for_those_who_ask_for_it(
    site: str, chromium: Browser, still: bool
) -> None:
    page = chromium.new_page()
    page.emulate_media(reduced_motion="reduce" if still else "no-preference")
    page.goto(f"{site}/notebooks/03_protocol.html")
    assert (page.evaluate(MOVING) == 0) is still
    page.close()


def test_each_stop_of_the_keyboard_can_be_seen(site: str, chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{site}/notebooks/exercises/01_promise.html")
    seen: list[list[str]] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("""() => {
                const on = document.activeElement;
                const bare = (each) => {
                    const style = getComputedStyle(each);
                    return style.outlineStyle === "none" && style.boxShadow === "none";
                };
                const around = on.closest(".cell_input") ?? on;
                return [on.outerHTML.slice(0, 80), bare(on) && bare(around)];
            }""")
        )
    page.close()
    assert len({what for what, _ in seen}) > 20
    assert [what for what, hidden in seen if hidden] == []
