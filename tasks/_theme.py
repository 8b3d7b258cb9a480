"""Mend what the theme writes: icons, scripts that no page needs, names of controls.

The theme draws its icons with a script of 1.5 MB or with fonts of 300 kB; here
each is a small drawing in the page. Its scripts stop a page while they load, and
three of them serve the search page only. A control whose name differs from the
word on it cannot be called by that word.
"""

from __future__ import annotations

import re

ICONS = {
    "angle-left": "M10 3 5 8l5 5",
    "angle-right": "m6 3 5 5-5 5",
    "arrow-up": "M8 13.5v-11M3.5 7 8 2.5 12.5 7",
    "bars": "M2 4h12M2 8h12M2 12h12",
    "chevron-down": "m3 5.5 5 5 5-5",
    "circle-half-stroke": "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 0v12M8 5h4M8 8h6",
    "download": "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
    "expand": "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
    "file": "M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3",
    "file-pdf": "M4 6V2h8v4M4 11H2V6h12v5h-2M4 9.5h8v5H4z",
    "list": "M5.5 4H14M5.5 8H14M5.5 12H14M2 4h.5M2 8h.5M2 12h.5",
    "magnifying-glass": "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.7 3.7",
    "moon": "M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6z",
    "outdent": "M2 4h12M7 8h7M2 12h12M4.5 6.5 3 8l1.5 1.5",
    "sun": "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1v1.5M8 13.5V15M1 8h1.5"
    "M13.5 8H15M3 3l1.1 1.1M11.9 11.9 13 13M13 3l-1.1 1.1M4.1 11.9 3 13",
}
"""The book's own drawings, on 16 by 16 units, by the names that the theme uses."""

ICON = re.compile(r'<(i|span) class="([^"]*\bfa[srb]?(?:-solid)? [^"]*)"([^>]*)></\1>')
SEARCH_ONLY = re.compile(
    r'<script[^>]* src="[^"]*(?:searchtools|language_data)\.js[^"]*"></script>\s*'
)
UNUSED = re.compile(
    r'<script[^>]* src="[^"]*_static/(?:design-tabs|sphinx-thebe)\.js[^"]*">'
    r"</script>\s*"
    r'|<script[^>]* src="[^"]*searchindex\.js[^"]*"></script>\s*'  # see browser/page
    r'|<link rel="preload" as="script"[^>]*>\s*'
    r'|<div id="ethical-ad-placement".*?</div>\s*'
    r'|<div class="pst-async-banner-revealer d-none">\s*<aside[^>]*></aside>'
    r"\s*</div>\s*"
)
BLOCKING = re.compile(r'<script src="([^"]*_static/[^"]*)">')
CLOSED = re.compile(
    r'(<a class="[^"]*reference internal" href="[^"]*">(?P<title>.*?)</a>'
    r"<details[^>]*>)<summary>"
)
NAMED_APART = re.compile(
    r'(<button class="[^"]*search-button-field[^>]*?) aria-label="Search"'
    r'|(<summary) aria-label="Toggle hidden content"'
)
BARE = re.compile(r'<span class="(?:pre|n|p|w)">([^<]*)</span>')
"""Words of code that look as the code around them does: names, signs and blanks. They
are half of a long page's elements, each of which costs a phone time."""
VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>\s*')
TOGGLES = "<script>var togglebuttonSelector = '.toggle, .admonition.dropdown';</script>"


def drawing(icon: re.Match[str]) -> str:
    """An icon of the theme as a drawing in the colour of the text."""
    _, classes, rest = icon.groups()
    names = classes.split()
    name = next((each[3:] for each in names if each[3:] in ICONS), None)
    if name is None:
        raise ValueError(f"no drawing for {classes!r}: add it to tasks/_theme.py")
    kept = [each for each in names if not re.match(r"fa[srb]?(-|\Z)", each)]
    rest = re.sub(r' title="[^"]*"', "", rest).rstrip()
    return (
        f'<svg class="{" ".join(["aw-icon", f"aw-{name}", *kept])}"{rest} '
        f'viewBox="0 0 16 16" aria-hidden="true"><path d="{ICONS[name]}"/></svg>'
    )


def named(entry: re.Match[str]) -> str:
    """An entry of the contents whose pages can be shown, with a name for that."""
    title = re.sub(r"<[^>]*>", "", entry["title"])
    return f'{entry[1]}<summary aria-label="Pages of {title}">'


def mended(page: str, name: str) -> str:
    """A page of the theme, lighter and with names; mending it twice changes nothing.

    Parameters
    ----------
    page
        The page's text.
    name
        Its path from the site's first folder: the search page keeps its scripts.
    """
    page = ICON.sub(drawing, page)
    page = BARE.sub(r"\1", UNUSED.sub("", page))
    if name != "search.html":
        page = SEARCH_ONLY.sub("", page)
    page = BLOCKING.sub(r'<script defer src="\1">', page)
    page = CLOSED.sub(named, page)
    page = NAMED_APART.sub(lambda found: found[1] or found[2], page)
    head, *more = page.split(TOGGLES)
    if more:
        page = "".join([head, TOGGLES, *more])
    return VIEWPORT.sub("", VIEWPORT.sub("@@", page, count=1)).replace(
        "@@",
        '<meta name="viewport" content="width=device-width, initial-scale=1" />',
        1,
    )
