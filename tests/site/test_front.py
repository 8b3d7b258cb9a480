"""The front page: a live cell, a timeline that grows; contents and short path."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from tasks import style
from tasks._selection import ROOT

sys.path.append(str(ROOT / "book" / "_extensions"))  # as Sphinx does
import contents
from live import alone

NOTEBOOK = ROOT / "notebooks" / "03_protocol.ipynb"
CELL = "shared-instance"
FRONT, PAGE = "book/index", "book/contents"


def test_the_live_cell_prints_by_itself_what_it_printed_in_its_chapter(
    capsys: pytest.CaptureFixture[str],
) -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    stored = next(cell for cell in cells if cell["id"] == CELL)["outputs"]
    printed = ["".join(each["text"]) for each in stored if "text" in each]
    source = alone(NOTEBOOK, CELL)
    assert "timeline" not in source
    code = compile(source, CELL, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with ThreadPoolExecutor(1) as apart:  # Playwright has a loop in this thread
        apart.submit(lambda: asyncio.run(eval(code, {}))).result()
    assert [capsys.readouterr().out] == printed


def test_a_cell_that_needs_more_than_imports_is_refused() -> None:
    with pytest.raises(ValueError, match="naive-picture also uses Checkout"):
        alone(NOTEBOOK, "naive-picture")


def test_the_front_page_has_a_cell_to_run_and_a_timeline_with_words(
    site: str, chromium: Browser
) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{site}/{FRONT}.html")
    expect(page.get_by_role("button", name="Run cell 1")).to_be_visible()
    expect(page.get_by_role("button", name="Draw cell 1")).to_have_count(1)
    picture = page.locator(".aw-alive > svg")
    expect(picture).to_be_in_viewport()
    expect(picture).to_have_css("animation-name", "aw-grow")
    assert "work 2 leaves checkout" in (picture.locator("desc").text_content() or "")
    took = picture.evaluate("(each) => each.getAnimations()[0].effect.getTiming()")
    assert took["iterations"] == 1 and took["delay"] + took["duration"] < 5000
    page.close()


def test_the_timeline_stands_still_for_those_who_ask_for_it(
    site: str, chromium: Browser
) -> None:
    page = chromium.new_page(reduced_motion="reduce")
    page.goto(f"{site}/{FRONT}.html")
    picture = page.locator(".aw-alive > svg")
    expect(picture).to_have_css("animation-name", "none")
    expect(picture).to_have_css("clip-path", "none")
    page.close()


def test_stepping_ends_the_animation(site: str, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(f"{site}/{FRONT}.html")
    page.get_by_role("button", name="Previous event").click()
    expect(page.locator(".aw-alive > svg")).to_have_css("animation-name", "none")
    page.close()


def test_each_chapter_has_the_minutes_of_the_style_report(
    site: str, chromium: Browser
) -> None:
    page = chromium.new_page(java_script_enabled=False)
    page.goto(f"{site}/{PAGE}.html")
    first, last = (
        page.locator(f".aw-contents tbody td:{place}-child").all_inner_texts()
        for place in ("first", "last")
    )
    shown = dict(zip(map(str.strip, first), map(str.strip, last), strict=True))
    page.close()
    expected: dict[str, str] = {}
    for path in sorted(ROOT.glob("notebooks/[0-9]*.ipynb")):
        report = style.figures(nbformat.read(path, as_version=4))
        found = re.search(r"(\d+) min", report)
        assert found is not None
        expected[str(int(path.stem[:2]))] = found[1]
    assert shown == expected


def test_the_short_path_takes_two_hours_and_its_sections_are_marked(
    site: str, chromium: Browser
) -> None:
    assert 110 <= contents.answer(ROOT, "short-path") <= 125
    page = chromium.new_page()
    page.goto(f"{site}/notebooks/04_generators.html")
    titles = page.locator("section.aw-core > h2").all_inner_texts()
    sections = contents.path(ROOT)["04_generators"]
    assert [each.rstrip("#").strip() for each in titles] == [
        each.replace("`", "") for each in sections
    ]
    page.close()


def test_a_section_that_no_chapter_has_is_refused() -> None:
    with pytest.raises(ValueError, match="03_protocol has no section Nothing"):
        contents.takes(Path(ROOT), "03_protocol", ["Two methods", "Nothing"])
