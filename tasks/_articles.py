"""The built pages as articles for paper and e-readers, where nothing can be clicked.

What only a screen needs goes. What a page hides until it is asked for, so that nobody
reads it too early, goes to the article's end: the answers to the predictions, and the
hints and solutions of the exercises.
"""

from __future__ import annotations

import base64
import json
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from pygments.formatters import HtmlFormatter

from tasks._selection import ROOT

NOT_ON_PAPER = (
    ".headerlink, .aw-room, .aw-resume, .aw-note, .toctree-wrapper, script, "
    ".copybtn, .aw-links"
)
KEPT = {"id", "class", "href", "colspan", "rowspan", "start", "src", "alt", "lang"}
"""The attributes that mean something there; drawings keep all of theirs."""

DRAWING = re.compile(r"<svg\b[^>]*\bclass=\"aw-timeline\b.*?</svg>", re.S)
UPDATED = re.compile(r"Version ([^,<]+), last updated on ([\d-]+)")
ON_SCREEN = ("book/index", "book/contents", "book/browser")
"""Pages that are about reading on the screen."""

MARK = re.compile(r'<span class="c1">### (?:BEGIN|END) SOLUTION</span>\n?')
STYLE = "a11y-high-contrast-light"  # the site's colours of code, on white
CSS = ROOT / "book" / "paper.css"


@dataclass
class Article:
    """A page of the book.

    Attributes
    ----------
    name
        As _toc.yml has it: ``notebooks/01_promise``.
    part
        The caption of its part; empty for the front page.
    title
        Its heading's text.
    body
        Its content; the heading is an ``h1``.
    drawings
        The timelines, as SVG: the body has an ``aw-drawing`` in the place of each.
    """

    name: str
    part: str
    title: str
    body: Tag
    drawings: list[str] = field(default_factory=list[str])

    @property
    def slug(self) -> str:
        """Its name in addresses: ``01_promise``, ``exercises-01_promise``."""
        return self.name.partition("/")[2].replace("/", "-")

    def html(self, *, xml: bool = False) -> str:
        """The content as HTML, or as well-formed XML."""
        text = self.body.decode_contents(formatter="minimal" if xml else "html")
        for number, drawing in enumerate(self.drawings):
            text = text.replace(f'<aw-drawing id="{number}"></aw-drawing>', drawing)
        return text


def listed(toc: Path = ROOT / "_toc.yml") -> Iterator[tuple[str, str]]:
    """Part and name of each page, in reading order; an exercise is in its part."""
    table = yaml.safe_load(toc.read_text("utf-8"))
    yield "", table["root"]
    for part in table["parts"]:
        for chapter in part["chapters"]:
            yield part["caption"], chapter["file"]
            for section in chapter.get("sections", []):
                yield part["caption"], section["file"]


def articles(site: Path, names: list[str] | None = None) -> list[Article]:
    """Read the pages of a built site: those that are named, or all to read off-line."""
    return [
        article(site, part, name)
        for part, name in listed()
        if (name not in ON_SCREEN if names is None else name in names)
    ]


def article(site: Path, part: str, name: str) -> Article:
    """Read one page."""
    text = (site / f"{name}.html").read_text("utf-8")
    drawings: list[str] = []

    def keep(found: re.Match[str]) -> str:
        drawings.append(found[0])
        return f'<aw-drawing id="{len(drawings) - 1}"></aw-drawing>'

    page = BeautifulSoup(DRAWING.sub(keep, MARK.sub("", text)), "html.parser")
    body = page.find("article")
    assert isinstance(body, Tag), f"{name}: the page has no article"
    for each in body.select(NOT_ON_PAPER):
        each.decompose()
    predictions(page, body)
    hidden(page, body)
    for each in body.select(".aw-code, .cell_output > .output, aside.margin"):
        each.unwrap()
    for each in body.find_all(True):
        if each.name != "aw-drawing":
            each.attrs = {k: v for k, v in each.attrs.items() if k in KEPT}
    heading = body.find("h1")
    assert heading is not None, f"{name}: the page has no heading"
    return Article(name, part, heading.get_text().strip(), body, drawings)


def predictions(page: BeautifulSoup, body: Tag) -> None:
    """Number the questions; put what is told of their answers at the end."""
    asked = body.select(".aw-prediction")
    if not asked:
        return
    for letter in body.select(".aw-letter"):
        letter.replace_with(base64.b64decode(str(letter["data-letter"])).decode()[1:-1])
    answers = page.new_tag("ol")
    for number, question in enumerate(asked, 1):
        told = json.loads(base64.b64decode(str(question["data-answer"])))
        strong = question.find("strong")
        if strong is not None:
            strong.string = f"Predict ({number})."
        item = page.new_tag("li")
        right = page.new_tag("strong")
        right.string = f"({told.pop('right')})"
        item.append(right)
        for letter, why in told.items():
            item.append(NavigableString(f" Not ({letter}): "))
            spoken(page, item, why)
        answers.append(item)
    ending(page, body, "answers", "Answers to the predictions").append(answers)


def hidden(page: BeautifulSoup, body: Tag) -> None:
    """Put hints and solutions at the end; open what else can be opened."""
    end: Tag | None = None
    last: Tag | None = None
    for details in body.find_all("details"):
        solution = "hide" in details.get_attribute_list("class")
        summary = details.find("summary")
        label = "Solution" if solution or summary is None else summary.get_text()
        if summary is not None:
            summary.decompose()
        exercise = details.find_parent("section")
        of_exercise = solution or label.startswith("Hint")
        heading = exercise.find("h2") if exercise is not None else None
        if of_exercise and exercise is not None and heading is not None:
            if end is None:
                end = ending(page, body, "solutions", "Hints and solutions")
            if exercise is not last:
                title = page.new_tag("h3")
                title.string = heading.get_text()
                end.append(title)
                last = exercise
            where = end
        else:
            where = None
        head = page.new_tag("p", attrs={"class": "label"})
        head.string = label
        if where is None:
            details.insert_before(head)
            details.unwrap()
        else:
            details.extract()
            details.name = "div"
            where.extend([head, details])


def ending(page: BeautifulSoup, body: Tag, name: str, title: str) -> Tag:
    """A section at the end of an article."""
    section = page.new_tag("section", attrs={"id": name, "class": "ending"})
    heading = page.new_tag("h2")
    heading.string = title
    section.append(heading)
    (body.find("section") or body).append(section)
    return section


def spoken(page: BeautifulSoup, item: Tag, text: str) -> None:
    """Add a sentence in which backticks stand around code."""
    for number, piece in enumerate(text.split("`")):
        if number % 2:
            code = page.new_tag("code")
            code.string = piece
            item.append(code)
        else:
            item.append(NavigableString(piece))


def linked(
    found: list[Article], address: Callable[[Article, str], str], prefix: bool
) -> None:
    """Lead the links between articles to where these are now.

    Parameters
    ----------
    address
        The new address of a place in an article; of its beginning for ``""``.
    prefix
        Make each ``id`` begin with its article's, as where all are in one document.
    """
    by_name = {one.name: one for one in found}
    for one in found:
        if prefix:
            for each in one.body.find_all(id=True):
                if each.name != "aw-drawing":
                    each["id"] = f"{one.slug}--{each['id']}"
        for link in one.body.find_all("a"):
            href = str(link.get("href", ""))
            if re.match(r"[a-z]+:", href):
                continue
            path, _, place = href.partition("#")
            name = posixpath.normpath(
                posixpath.join(posixpath.dirname(one.name), path)
            ).removesuffix(".html")
            target = one if not path else by_name.get(name)
            if target is None:
                link.unwrap()  # to the notebook, or a page that is not here
            else:
                link["href"] = address(target, place)


def version(site: Path) -> tuple[str, str]:
    """The version and the date that the site's pages show."""
    text = (site / "book" / "index.html").read_text("utf-8")
    found = UPDATED.search(text)
    assert found, "the front page shows no version"
    return found[1], found[2]


def style() -> str:
    """The sheet of both, and the colours of code."""
    colours = HtmlFormatter(style=STYLE).get_style_defs(".highlight")
    return f"{colours}\n{CSS.read_text('utf-8')}"
