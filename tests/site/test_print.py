"""The cheat sheet, printed: one sheet of A4, each line whole and large enough."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

MM = 96 / 25.4  # CSS pixels in a millimetre
A4, MARGIN = (210, 297), 6  # millimetres; print.css has the same margin
SMALLEST = 6.5  # points, of any text
PX = 96 / 72  # CSS pixels in a point


@pytest.fixture
def sheet(site: str, chromium: Browser) -> Iterator[Page]:
    """The page, laid out for paper in the room that A4 leaves between the margins."""
    width, height = (int((side - 2 * MARGIN) * MM) for side in A4)
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.route(lambda url: not url.startswith(site), lambda route: route.abort())
    page.goto(f"{site}/notebooks/cheatsheet.html")
    page.emulate_media(media="print")
    yield page
    page.close()


def printed(sheet: Page) -> str:
    """The PDF's objects that are not compressed, pages among them."""
    return sheet.pdf(prefer_css_page_size=True).decode("latin-1")


def test_it_is_one_page_of_a4(sheet: Page) -> None:
    pdf = printed(sheet)
    assert len(re.findall(r"/Type\s*/Page\b", pdf)) == 1
    (box,) = re.findall(r"/MediaBox\s*\[([^\]]*)\]", pdf)
    assert [round(float(side) / 72 * 25.4) for side in box.split()[2:]] == list(A4)


def test_no_text_is_smaller_than_can_be_read(sheet: Page) -> None:
    sizes = sheet.evaluate("""() => {
        const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const sizes = {};
        while (words.nextNode()) {
            const element = words.currentNode.parentElement;
            const text = words.currentNode.data.trim();
            if (text && element.checkVisibility() && element.offsetHeight)
                sizes[text] = parseFloat(getComputedStyle(element).fontSize);
        }
        return sizes;
    }""")
    assert len(sizes) > 300, "the whole sheet has been measured"
    small = {text: size for text, size in sizes.items() if size < SMALLEST * PX - 0.01}
    assert small == {}


def test_nothing_is_cut_off_or_wider_than_its_column(sheet: Page) -> None:
    outside = sheet.evaluate("""() => {
        const room = document.querySelector("#cheat-sheet").getBoundingClientRect();
        const parts = document.querySelectorAll("#cheat-sheet :is(h1, h2, p, pre, td)");
        const range = document.createRange();
        return [...parts].filter((part) => {
            range.selectNodeContents(part);
            const clipped = part.scrollWidth > part.clientWidth + 1;
            return clipped || [...range.getClientRects()].some((box) =>
                box.right > room.right + 1 || box.bottom > innerHeight);
        }).map((part) => part.textContent);
    }""")
    assert outside == []


def test_no_line_of_code_or_output_but_an_import_is_broken(sheet: Page) -> None:
    broken = sheet.evaluate("""() => {
        const range = document.createRange();
        const column = (x) => Math.floor(x / (innerWidth / 3));
        return [...document.querySelectorAll("#cheat-sheet pre")].filter((block) => {
            range.selectNodeContents(block);
            const boxes = [...range.getClientRects()].filter((box) => box.width > 1);
            const rows = new Set(boxes.map((box) =>
                `${Math.round((box.y + box.height / 2) / 4)} ${column(box.x)}`));
            const lines = block.textContent.split("\\n").filter((line) => line.trim());
            return rows.size !== lines.length;
        }).map((block) => block.textContent.split("\\n")[0]);
    }""")
    assert broken == ["import asyncio"]  # whose import of three names takes two lines
