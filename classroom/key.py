"""The instructor's key: solutions, why they are right, and what mistakes believe.

One page that needs nothing else, for whoever teaches: it is written where its
owner says, outside of the checkout, so that it gets into no site and no release.
An exercise's ``key.toml`` says ``why`` its solution is right, and under
``[believes]`` what somebody thinks who makes a known mistake.
"""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from asyncwith.catalogue import Exercise, chapters
from classroom.course import assignments
from tasks import exercises as notebooks
from tasks._selection import ROOT

__all__ = ["KeyNotes", "Mistaken", "inside_checkout", "mistakes", "notes", "write_key"]

CSS = Path(__file__).with_name("key.css")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_COLOURS: HtmlFormatter = HtmlFormatter(nowrap=True)


@dataclass(frozen=True)
class Mistaken:
    """A known wrong solution: its name in words, the hint that it gets, its code."""

    name: str
    hint: str
    source: str


@dataclass(frozen=True)
class KeyNotes:
    """What ``key.toml`` says: Markdown, and a belief for each mistake's name."""

    why: str
    believes: dict[str, str]


def notes(exercise: Exercise) -> KeyNotes:
    """An exercise's notes for the key."""
    return KeyNotes(**tomllib.loads(exercise.read("key.toml")))


def mistakes(exercise: Exercise) -> list[Mistaken]:
    """The exercise's known wrong solutions, by name, with their whole hints."""
    hints = _hints(exercise.read("check.py"))
    found: list[Mistaken] = []
    for path in sorted((exercise.folder / "wrong").glob("*.py")):
        first, _, source = path.read_text("utf-8").partition("\n")
        part = first.removeprefix("# hint:").strip()
        whole = next((hint for hint in hints if part in hint), part)
        if whole.endswith(" "):  # the check adds to it
            whole += "…"
        found.append(Mistaken(path.stem, whole, source.strip("\n")))
    return found


def _hints(check: str) -> list[str]:
    """The texts in a check, what is filled in as it runs in braces."""
    found: list[str] = []
    for node in ast.walk(ast.parse(check)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = [
                str(part.value) if isinstance(part, ast.Constant) else
                "{" + ast.unparse(part).strip("f'\"{}").partition("!")[0] + "}"
                for part in node.values
            ]  # fmt: skip
            found.append("".join(parts))
    return sorted(found, key=len, reverse=True)  # a part of an f-string is shorter


def inside_checkout(file: Path) -> bool:
    """Whether a file would be where the site and the wheel are built from."""
    return file.resolve().is_relative_to(ROOT)


def write_key(file: Path, chosen: list[str]) -> int:
    """Write the key of the chosen exercises; return how many there are.

    Parameters
    ----------
    file
        The page, outside of the checkout.
    chosen
        Names of chapters and exercises; none for all of the book.

    Raises
    ------
    UnknownExercise
        A name is neither a chapter's nor an exercise's.
    ValueError
        The file would be inside of the checkout.
    """
    if inside_checkout(file):
        raise ValueError(
            f"The key stays out of the checkout, from which the site is built; {file} "
            "is inside. Name a file elsewhere."
        )
    found = [one for held in assignments(chosen).values() for one in held]
    held = list(dict.fromkeys(found))
    titles = {chapter: notebooks.chapter_title(stem) for chapter, stem in chapters()}
    contents, body = list[str](), list[str]()
    before = ""
    for one in held:
        if one.chapter != before:
            before = one.chapter
            contents.append(f"<li class=chapter>{escape(titles[before])}</li>")
            body.append(f"<h2>{escape(titles[before])}</h2>")
        anchor = notebooks.grade_id(one)
        contents.append(f'<li><a href="#{anchor}">{escape(one.title)}</a></li>')
        body.append(_section(one))
    file.parent.mkdir(parents=True, exist_ok=True)
    page = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>async with: instructor's key</title>\n<style>\n"
        f"{CSS.read_text('utf-8')}{_COLOURS.get_style_defs('.code')}\n</style>\n"
        "</head>\n<body>\n<main>\n<h1>async with: instructor's key</h1>\n"
        "<p>For whoever teaches. It holds the solutions: do not publish it.</p>\n"
        f"<nav aria-label=Contents><ul>\n{chr(10).join(contents)}\n</ul></nav>\n"
        f"{chr(10).join(body)}\n</main>\n</body>\n</html>\n"
    )
    file.write_text(page, "utf-8")
    return len(held)


def _section(exercise: Exercise) -> str:
    said = notes(exercise)
    solution = highlight(exercise.read("solution.py"), PythonLexer(), _COLOURS)
    steps = "".join(f"<li>{_html(hint)}</li>" for hint in exercise.hints)
    hints = f"<h4>The hints that lead to it</h4>\n<ol>{steps}</ol>" if steps else ""
    rows = "\n".join(_mistake(one, said) for one in mistakes(exercise))
    return f"""\
<section id="{notebooks.grade_id(exercise)}">
<h3>{escape(exercise.title)}</h3>
<p class=name><code>{exercise.name}</code> · {exercise.minutes} minutes</p>
<details><summary>The task</summary>{_html(exercise.task)}</details>
<h4>Solution</h4>
<pre class=code>{solution}</pre>
<h4>Why</h4>
{_html(said.why)}
{hints}
<h4>Known mistakes</h4>
<dl>
{rows}
</dl>
</section>"""


def _mistake(one: Mistaken, said: KeyNotes) -> str:
    words = escape(one.name.replace("_", " "))
    belief = _inline(said.believes[one.name])
    return (
        f"<dt>{words}</dt>\n<dd class=belief>Believes: {belief}</dd>\n"
        f"<dd>Hint: {_inline(one.hint)}</dd>\n"
        f"<dd><details><summary>The code</summary><pre>{escape(one.source)}</pre>"
        "</details></dd>"
    )


def _html(markdown: str) -> str:
    return _MARKDOWN.render(markdown)


def _inline(markdown: str) -> str:
    return _MARKDOWN.renderInline(markdown)
