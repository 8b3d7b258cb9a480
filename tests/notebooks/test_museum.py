"""The error museum: each exhibit is complete, and its cell prints its message."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest

from tests.facts.replay_versions import installed

ROOT = Path(__file__).resolve().parents[2]
CELLS = nbformat.read(ROOT / "notebooks" / "museum.ipynb", as_version=4).cells
HEAD = re.compile(r"\(([a-z0-9-]+)\)=\n### `(.+)`\n")
REPLAYED = {"attribute-error-aexit"}  # no Python before 3.11 runs this book
SILENT = re.compile(r"\(no message: (.+)\)")
PLACE = re.compile(r", (?:in a test|while streaming)$")  # where it was met


class Exhibit(NamedTuple):
    """What the museum has of one message."""

    name: str
    message: str
    text: str
    printed: str


def printed(cell: Any) -> str:
    return "".join(output.get("text", "") for output in cell.get("outputs", []))


def exhibits() -> list[Exhibit]:
    found: list[Exhibit] = []
    for cell in CELLS:
        if match := HEAD.match(cell.source):
            found.append(Exhibit(match[1], match[2], cell.source, ""))
        elif found and not cell.source.startswith("## "):
            said = printed(cell) if cell.cell_type == "code" else ""
            last = found[-1]
            text = last.text + "\n" + (cell.source if not said else "")
            found[-1] = last._replace(text=text, printed=last.printed + said)
    return found


each = pytest.mark.parametrize("exhibit", exhibits(), ids=lambda e: e.name)


def test_it_has_all_exhibits_each_once() -> None:
    names = [exhibit.name for exhibit in exhibits()]
    assert len(names) == len(set(names)) == 34
    executed = [exhibit for exhibit in exhibits() if exhibit.printed]
    replayed = [exhibit for exhibit in exhibits() if exhibit.name in REPLAYED]
    print(f"executed {len(executed)}, replayed {len(replayed)}, listed {len(names)}")
    assert len(executed) + len(replayed) == len(names)


def test_the_list_at_the_top_leads_to_each() -> None:
    (listing,) = (cell.source for cell in CELLS if cell.source.startswith("| message"))
    rows = re.findall(
        r"\| \[`(.+)`\]\(#([a-z0-9-]+)\) \| \[(\d+)\]\((\S+)\) \|", listing
    )
    assert [(message, name) for message, name, *_ in rows] == [
        (exhibit.message, exhibit.name) for exhibit in exhibits()
    ]
    for (_, _, number, address), exhibit in zip(rows, exhibits(), strict=True):
        assert f"Chapter [{number}]({address})" in exhibit.text, "one address each"


def sections(file: str) -> set[str]:
    """The anchors of a notebook's sections, as the site makes them."""
    cells = nbformat.read(ROOT / "notebooks" / file, as_version=4).cells
    text = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    titles = re.findall(r"(?m)^##+ (.+)$", text)
    return {slug(re.sub(r"[*`]", "", title)) for title in titles}


def slug(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


@each
def test_its_link_leads_to_a_section_of_its_chapter(exhibit: Exhibit) -> None:
    found = re.findall(r"Chapter \[(\d+)\]\((\w+\.ipynb)#(\S+)\)", exhibit.text)
    ((number, file, section),) = found
    assert file.startswith(f"{int(number):02}_")
    assert section in sections(file)


@each
def test_it_is_complete(exhibit: Exhibit) -> None:
    assert len(re.sub(r"\s+", " ", exhibit.text).split(". ")) >= 3, "a cause"
    assert "**Repair.**" in exhibit.text
    assert re.search(
        r"\[a thread\]\(https://github\.com/\S+/(issues|pull)/\d+\)", exhibit.text
    )


@each
def test_its_cell_prints_the_message_of_its_heading(exhibit: Exhibit) -> None:
    if SILENT.fullmatch(exhibit.message):
        assert "Error" not in exhibit.printed
        assert exhibit.printed
    elif exhibit.name in REPLAYED:
        assert "```text" in exhibit.text
        assert exhibit.message in exhibit.text.partition("```text")[2]
    else:
        message = PLACE.sub("", exhibit.message)
        pattern = ".*".join(map(re.escape, message.split("…")))
        assert re.search(pattern, exhibit.printed), exhibit.printed


@pytest.mark.parametrize("version", ["3.7", "3.8", "3.9", "3.10"])
def test_an_older_python_prints_what_is_recorded(version: str) -> None:
    command = installed(version)
    if command is None:
        pytest.skip(f"no Python {version} on this machine")
    (text,) = (e.text for e in exhibits() if e.name in REPLAYED)
    program = text.partition("```python\n")[2].partition("```")[0]
    recorded = dict(re.findall(r"\$ python(\S+) missing\.py\n(.+)\n", text))
    assert len(recorded) == 4
    said = subprocess.run(
        command, input=program, capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.strip() == recorded[version]
