"""A picture of each page for those who share its address: 1200 by 630 pixels.

Previews want an image at a whole address, so there are pictures only where the site's
is known (``ASYNCWITH_SITE``). Chromium draws them from the title and the description
that the page itself gives.
"""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path

from playwright.sync_api import sync_playwright

from tasks._chromium import FLAGS, program
from tasks._selection import ROOT

FOLDER = "_static/previews"
WIDTH, HEIGHT = 1200, 630  # pixels; what Open Graph's readers cut from
MADE = re.compile(r'<meta property="og:image[^>]*>\n')
TOLD = re.compile(r'<meta property="og:(title|description)" content="([^"]*)" />')

CARD = """<!DOCTYPE html>
<meta charset="utf-8" />
<style>
  body {{
    box-sizing: border-box; width: {width}px; height: {height}px; margin: 0;
    padding: 64px 80px; border-left: 24px solid #1f6feb; overflow: hidden;
    display: flex; flex-direction: column; gap: 36px;
    background: #14181d; color: #f4f6f8; font-family: system-ui, sans-serif;
  }}
  p {{ margin: 0; font-size: 34px; line-height: 1.4; color: #c9d1d9; }}
  p.book {{ display: flex; align-items: center; gap: 20px; color: #f4f6f8; }}
  svg {{ width: 56px; height: 56px; }}
  h1 {{ margin: auto 0 0; font-size: 72px; line-height: 1.15; font-weight: 600; }}
  p.says {{ margin-bottom: auto; }}
</style>
<p class="book">{icon}async with</p>
<h1>{title}</h1>
<p class="says">{description}</p>
"""


class NoChromium(Exception):
    """There is no browser that could draw."""


def told(page: str) -> dict[str, str]:
    """What a built page says of itself: ``title`` and ``description``."""
    return {name: unescape(text) for name, text in TOLD.findall(page)}


def write(site: Path, names: list[str], address: str) -> int:
    """Draw the previews of these pages and name them there; return how many.

    Raises
    ------
    NoChromium
        Nothing can draw them.
    """
    path = program()
    if path is None:
        raise NoChromium(
            "There is no Chromium on this machine, which draws the pictures for "
            "previews: install `chromium`, or build without ASYNCWITH_SITE."
        )
    icon = (ROOT / "browser" / "page" / "icon.svg").read_text("utf-8")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        view = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for name in names:
            page = site / f"{name}.html"
            text = MADE.sub("", page.read_text("utf-8"))
            said = {key: escape(value) for key, value in told(text).items()}
            card = CARD.format(
                width=WIDTH,
                height=HEIGHT,
                icon=icon,
                title=said["title"],
                description=said["description"],
            )
            view.set_content(card)
            picture = f"{FOLDER}/{name}.png"
            (site / picture).parent.mkdir(parents=True, exist_ok=True)
            view.screenshot(path=site / picture)
            text = text.replace('content="summary"', 'content="summary_large_image"')
            text = text.replace("</head>", tags(address, picture) + "</head>")
            page.write_text(text, encoding="utf-8")
        browser.close()
    return len(names)


def tags(address: str, picture: str) -> str:
    """The head's elements that name a picture and its size."""
    values = {"": f"{address}{picture}", ":width": WIDTH, ":height": HEIGHT}
    return "".join(
        f'<meta property="og:image{name}" content="{escape(str(value))}" />\n'
        for name, value in values.items()
    )
