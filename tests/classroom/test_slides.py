"""The slides: each drawing of a part with its sentence, turned by keys, printed."""

import json
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from classroom.slides import parts, slides
from tasks import classroom
from tasks._chromium import FLAGS, program
from tasks._selection import ROOT

CHAPTERS = [chapter for chapters in parts().values() for chapter in chapters]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slides")
    assert classroom.main(["slides", str(folder)]) == 0
    return folder


def test_the_parts_have_every_chapter() -> None:
    assert len(parts()) == 4
    assert sorted(path.stem for path in ROOT.glob("notebooks/[0-9]*.ipynb")) == CHAPTERS


def test_each_sentence_is_of_a_drawing() -> None:
    text = (ROOT / "classroom" / "slides.toml").read_text("utf-8")
    sentences = tomllib.loads(text)
    drawn = {chapter: [one.cell for one in slides(chapter)] for chapter in CHAPTERS}
    assert {c: list(held) for c, held in sentences.items()} == {
        chapter: held for chapter, held in drawn.items() if held
    }
    for held in sentences.values():
        for sentence in held.values():
            assert sentence.endswith(".") and sentence.count(". ") == 0


def test_a_page_has_its_parts_drawings_as_they_are_stored(folder: Path) -> None:
    for number, chapters in enumerate(parts().values(), 1):
        page = (folder / f"part-{number}.html").read_text("utf-8")
        place = 0
        for chapter in chapters:
            path = ROOT / "notebooks" / f"{chapter}.ipynb"
            for cell in json.loads(path.read_text("utf-8"))["cells"]:
                for output in cell.get("outputs", []):
                    svg = "".join(output.get("data", {}).get("image/svg+xml", ""))
                    if svg:
                        place = page.index(svg[svg.index("<g") :], place)
        assert not re.findall(r"<(?:link|img|iframe)|src=|@import|url\(", page)
        script = (ROOT / "classroom" / "slides.js").read_text("utf-8")
        assert script in page and len(script.splitlines()) < 200


@pytest.fixture(scope="module")
def shown(folder: Path) -> Iterator[Page]:
    """Part I in Chromium, which is gone after this module: so is its event loop."""
    path = program()
    if path is None:
        if os.environ.get("ASYNCWITH_REQUIRE_CHROMIUM"):
            pytest.fail("Chromium is required and was not found.")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto((folder / "part-1.html").as_uri())
        yield page
        browser.close()


def visible(page: Page) -> list[str]:
    return page.eval_on_selector_all(
        "section", "all => all.filter(s => s.offsetHeight).map(s => s.id)"
    )


def test_keys_turn_the_slides(shown: Page) -> None:
    expected = [f"{c}-{one.cell}" for c in parts()["Part I: the guarantee"]
                for one in slides(c)]  # fmt: skip
    assert visible(shown) == [""]
    for identity in expected:
        shown.keyboard.press("ArrowRight")
        assert visible(shown) == [identity]
    shown.keyboard.press("ArrowRight")
    assert visible(shown) == [expected[-1]]
    assert shown.text_content("#place") == f"{len(expected) + 1} / {len(expected) + 1}"
    shown.keyboard.press("ArrowLeft")
    assert visible(shown) == [expected[-2]]
    shown.keyboard.press("Home")
    assert visible(shown) == [""]


def test_a_slide_fits_the_screen(shown: Page) -> None:
    for slide in slides("03_protocol"):
        shown.evaluate("name => { location.hash = name }", f"03_protocol-{slide.cell}")
        section = shown.locator("section.shown")
        shown.wait_for_function("name => document.querySelector('.shown').id === name",
                                arg=f"03_protocol-{slide.cell}")  # fmt: skip
        box = section.locator("svg").bounding_box()
        assert box and box["y"] + box["height"] <= 720 and box["height"] > 400


def test_each_row_of_a_long_drawing_is_seen_once_and_large_enough(
    shown: Page, folder: Path
) -> None:
    shown.goto((folder / "part-4.html").as_uri() + "#17_patterns-ledger")
    (ledger,) = [one for one in slides("17_patterns") if one.cell == "ledger"]
    steps = len(re.findall("data-step", ledger.svg))
    seen = shown.evaluate(SEEN)
    assert steps > 50 and sorted(seen["steps"]) == list(range(steps))
    assert seen["scale"] > 0.7
    shown.goto((folder / "part-1.html").as_uri())


SEEN = """() => {
  const steps = [];
  for (const column of document.querySelectorAll(".shown svg svg")) {
    const top = column.viewBox.baseVal.y, bottom = top + column.viewBox.baseVal.height;
    let above = 0; // where the row begins: below the one before it
    for (const step of column.querySelectorAll("[data-step]")) {
      const end = Number(step.dataset.bottom);
      if (top < above + 0.01 && end < bottom + 0.01)
        steps.push(Number(step.dataset.step));
      above = end;
    }
  }
  const whole = document.querySelector(".shown figure > svg");
  return { steps, scale: whole.getScreenCTM().a };
}"""


def test_printing_gives_a_sheet_for_each_slide(shown: Page) -> None:
    printed = shown.pdf(prefer_css_page_size=True)
    sheets = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert sheets == shown.locator("section").count()
