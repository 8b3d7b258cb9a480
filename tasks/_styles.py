"""One style sheet for the whole site: the theme's, without what no page uses.

The theme brings eight style sheets of 550 kB, most of it for icons, grids and
tabs that the book does not have. A browser shows nothing before it has them all.
Here they become one file, from which each selector is left out that names a class
which stands in no page and in no script. So are rules that make each change of a page
slow.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

NAME = "site.css"
SHEETS = [
    "styles/pydata-sphinx-theme.css",
    "pygments.css",
    "styles/sphinx-book-theme.css",
    "togglebutton.css",
    "copybutton.css",
    "mystnb.*.css",
    "book.css",
    "print.css",
]
"""What becomes one file, in the order of the cascade; below ``_static``."""

REPLACED = re.compile(
    r'<link[^>]*href="[^"]*_static/(?:basic|styles/[\w-]+|pygments|togglebutton|'
    r'copybutton|mystnb\.\w+|sphinx-thebe|sphinx-design\.min|book|print)\.css[^"]*"'
    r"[^>]*>\s*"
)
"""The links to style sheets that a page does without when it has the one."""

DEAR = re.compile(r"(?:summary\s*~|legend\s*\+)\s*\*\Z")
"""What is opened fades in, and the book has no legends: for that a browser would look
anew at all that follows whenever something is put into the page."""

CHEAPER = [
    (":has(button.copybtn)", ""),  # each block of code gets one
    ("div.cell:has(> *:nth-child(2)) ", "div.cell "),
    ("div.cell_input:first-child", "div.cell_input:first-child:not(:last-child)"),
    ("details:first-child", "details:first-child:not(:last-child)"),
    ("div.cell_input:last-child", "div.cell_input:last-child:not(:first-child)"),
    ("details:last-child", "details:last-child:not(:first-child)"),
]
"""Selectors that demand what comes later in the page, and what means the same here."""

NESTED = ("@media", "@supports", "@layer", "@container")
ICON_FONT = re.compile(r"fa(?:-.*|[srbldk]*)\Z")
COMMENT = re.compile(r"/\*.*?\*/", re.S)
QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\((?:data:)[^)]*\)")
OPTIONAL = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\]")
CLASS = re.compile(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)")


def rules(css: str) -> Iterator[tuple[str, str | None]]:
    """The rules of a style sheet without comments: prelude, and body if it has one.

    Examples
    --------
    >>> list(rules('a{b:c}@import "d";'))
    [('a', 'b:c'), ('@import "d"', None)]
    """
    start = at = depth = opened = 0
    while at < len(css):
        if quoted := QUOTED.match(css, at):
            at = quoted.end()
            continue
        if css[at] == "{":
            opened = opened if depth else at
            depth += 1
        elif css[at] == "}":
            depth -= 1
            if depth == 0:
                yield css[start:opened].strip(), css[opened + 1 : at].strip()
                start = at + 1
        elif css[at] == ";" and depth == 0:
            if prelude := css[start:at].strip():
                yield prelude, None
            start = at + 1
        at += 1


def parts(selector: str) -> list[str]:
    """The selectors of a list, split at the commas that separate them."""
    found: list[str] = []
    depth = start = 0
    for at, letter in enumerate(selector):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            found.append(selector[start:at].strip())
            start = at + 1
    return [*found, selector[start:].strip()]


def used(selector: str, words: frozenset[str]) -> bool:
    """Whether each class that a selector demands is among the words of the site."""
    if DEAR.search(selector):
        return False
    classes = CLASS.findall(OPTIONAL.sub("", selector))
    return all(each in words and not ICON_FONT.match(each) for each in classes)


def cheaper(selector: str) -> str:
    """A selector that costs less when the page changes, for the same elements."""
    if ":has(" in selector:
        for dear, cheap in CHEAPER:
            selector = selector.replace(dear, cheap)
    return selector


def pruned(css: str, words: frozenset[str]) -> str:
    """A style sheet without the rules that fit nothing.

    Parameters
    ----------
    css
        The style sheet.
    words
        Each word of the site's pages and scripts: any of them may be a class.

    Examples
    --------
    >>> pruned("a{b:c} /* d */ .e, .f:not(.g) {h:i} .fa-bars{j:k}", frozenset("f"))
    'a{b:c}.f:not(.g){h:i}'
    """
    kept: list[str] = []
    for prelude, body in rules(COMMENT.sub("", css)):
        if body is None:
            kept.append(f"{prelude};")
        elif prelude.startswith(NESTED):
            if inner := pruned(body, words):
                kept.append(f"{prelude}{{{inner}}}")
        elif prelude.startswith("@"):
            if "Font Awesome" not in body.replace("\\", ""):
                kept.append(f"{prelude}{{{body}}}")
        elif selectors := [each for each in parts(prelude) if used(each, words)]:
            kept.append(f"{','.join(map(cheaper, selectors))}{{{body}}}")
    return "".join(kept)


def words(texts: Iterable[str]) -> frozenset[str]:
    """Each word that could be the name of a class."""
    return frozenset(word for text in texts for word in re.findall(r"[\w-]+", text))


def write(static: Path, texts: Iterable[str]) -> str:
    """Write the style sheet into ``_static``; its address, with a digest, from there.

    Parameters
    ----------
    static
        The site's folder ``_static``.
    texts
        The site's pages and scripts.
    """
    sheets: list[str] = []
    for pattern in SHEETS:
        found = sorted(static.glob(pattern))
        if not found:
            raise ValueError(f"no style sheet {pattern}: has the theme changed?")
        sheets += [path.read_text(encoding="utf-8") for path in found[-1:]]
    # The theme imports Sphinx's own sheet first of all.
    basic = (static / "basic.css").read_text(encoding="utf-8")
    css = pruned("\n".join([basic, *sheets]), words(texts))
    (static / NAME).write_text(css, encoding="utf-8")
    return f"{NAME}?v={hashlib.sha256(css.encode()).hexdigest()[:12]}"
