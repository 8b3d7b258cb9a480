"""A dozen pages look as their kept pictures: first screens, light, dark, on a phone.

What differs is put beside what is kept in _build/looks. Look at it; where it is meant,
keep it:

    ASYNCWITH_ACCEPT=1 python3 -m pytest tests/site/test_looks.py -k index

A picture depends on the fonts and the Chromium of the machine that draws it. So one
with every font of the book is kept too: where it looks otherwise, the pages cannot be
compared, and are not.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import Browser, Page

from tasks import _selection as selection
from tasks._selection import ROOT

KEPT = Path(__file__).with_name("looks")
DIFFERENT = ROOT / "_build" / "looks"
PAGES = (
    "book/index",
    "book/contents",
    "book/how-to-use",
    "book/teaching",
    "book/glossary",
    "404",
    "search",
    "notebooks/01_promise",
    "notebooks/07_cancellation",
    "notebooks/17_patterns",
    "notebooks/exercises/01_promise",
    "notebooks/museum",
    "notebooks/cheatsheet",
)
VIEWS = {  # width and height in CSS pixels, and the scheme
    "light": (1280, 900, "light"),
    "dark": (1280, 900, "dark"),
    "phone": (375, 800, "light"),
}
ALL = [(name, view) for name in PAGES for view in VIEWS]
CHOSEN = (
    ALL
    if {"ASYNCWITH_FULL", "ASYNCWITH_ACCEPT"} & set(os.environ)
    else ALL[selection.turn() :: 3]
)
"""Every picture when all is asked for; else a third, which rotates."""
SCALE = 0.5  # pixels of a picture to one of CSS
COLOURS = 128  # of a kept picture
FAINT = 32  # of 255: what a channel may differ by, once blurred
SHARE = 0.002  # of a picture's pixels that may differ more: about a line of text
FONTS = """<body style="margin: 1em"><p>Sphinx of black quartz, judge my vow 0123 → … “”
<p style="font-family: system-ui">Sphinx of black quartz, judge my vow
<p style="font-family: serif">Sphinx of black quartz, judge my vow
<pre style="font-family: monospace">async with pool.acquire() as connection:
</pre>"""


def picture(page: Page) -> Image.Image:
    """What the window shows."""
    drawn = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    return drawn.convert("RGB")


@contextmanager
def window(chromium: Browser, view: str) -> Iterator[Page]:
    """A page of this view's size and scheme, without motion, at the pictures' scale."""
    width, height, scheme = VIEWS[view]
    page = chromium.new_page(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        device_scale_factor=SCALE,
        reduced_motion="reduce",
    )
    try:
        yield page
    finally:
        page.close()


def fonts(chromium: Browser) -> Image.Image:
    """The fonts that this machine has for the book's letters."""
    with window(chromium, "phone") as page:
        page.set_content(FONTS)
        return picture(page)


def look(chromium: Browser, site: str, name: str, view: str) -> Image.Image:
    """A page's first screen, when all of it is there."""
    with window(chromium, view) as page:
        page.route(lambda url: not url.startswith(site), lambda route: route.abort())
        page.goto(f"{site}/{name}.html", wait_until="networkidle")
        return picture(page)


def kept(name: str, view: str) -> Path:
    """Where a picture is."""
    return KEPT / f"{name.replace('/', '-')}-{view}.png"


def share(one: Image.Image, other: Image.Image) -> float:
    """The part of the pixels, 0 to 1, by which two pictures differ."""
    if one.size != other.size:
        return 1.0
    difference = ImageChops.difference(one, other).filter(ImageFilter.BoxBlur(1))
    channels = difference.split()
    most = ImageChops.lighter(ImageChops.lighter(*channels[:2]), channels[2])
    return sum(most.histogram()[FAINT:]) / (most.width * most.height)


def read(path: Path) -> Image.Image:
    """A kept picture; a black one where there is none."""
    if not path.is_file():
        return Image.new("RGB", (1, 1))
    with Image.open(path) as image:
        return image.convert("RGB")


def write(image: Image.Image, path: Path) -> None:
    """Keep a picture, small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(COLOURS).save(path, optimize=True)


@pytest.fixture(scope="module")
def same_fonts(chromium: Browser) -> bool:
    """Whether this machine draws letters as the one of the kept pictures did."""
    here, path = fonts(chromium), KEPT / "fonts.png"
    if os.environ.get("ASYNCWITH_ACCEPT"):
        write(here, path)
    return share(read(path), here) <= SHARE


@pytest.mark.parametrize(("name", "view"), CHOSEN)
def test_it_looks_as_it_did(
    site: str, chromium: Browser, same_fonts: bool, name: str, view: str
) -> None:
    if not same_fonts:
        pytest.skip("this machine's fonts differ from those of the kept pictures")
    now, path = look(chromium, site, name, view), kept(name, view)
    before = read(path)
    differs = share(before, now)
    if differs > SHARE and os.environ.get("ASYNCWITH_ACCEPT"):
        write(now, path)
        return
    beside = DIFFERENT / f"{path.stem}.png"
    beside.unlink(missing_ok=True)
    if differs > SHARE:
        both = Image.new("RGB", (before.width + now.width, now.height))
        both.paste(before)
        both.paste(now, (before.width, 0))
        beside.parent.mkdir(parents=True, exist_ok=True)
        both.save(beside)
    assert differs <= SHARE, (
        f"{differs:.1%} differs: look at {beside.relative_to(ROOT)}"
    )


def test_a_line_that_moves_and_a_colour_that_fades_are_seen() -> None:
    paper = Image.new("RGB", (640, 450), "white")
    line = Image.new("RGB", (300, 5), "black")
    once, below = paper.copy(), paper.copy()
    once.paste(line, (100, 100))
    below.paste(line, (100, 110))
    assert share(once, below) > SHARE
    assert share(paper, Image.new("RGB", paper.size, (255, 255, 200))) == 1
    assert share(once, once) == 0
    assert share(paper, Image.new("RGB", (187, 400), "white")) == 1
