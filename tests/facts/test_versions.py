"""The page "What changed in which Python" says what the Pythons here do."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tasks._selection import ROOT
from tests.facts.replay_versions import (
    CHANGES,
    VERSIONS,
    expected,
    installed,
    replayed,
)

PAGE = (ROOT / "book" / "versions.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"(?ms)^## Python (3\.\d+)\n(.*?)(?=^## |\Z)", PAGE))
ROWS = [
    (version, [cell.strip() for cell in line.strip("|").split("|")])
    for version, section in SECTIONS.items()
    for line in section.splitlines()
    if line.startswith("| ") and not line.startswith(("| what", "|---"))
]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_prints_what_is_recorded(version: str) -> None:
    if installed(version) is None:
        assert version not in ("3.11", "3.12", "3.13"), "the book's own versions"
        pytest.skip(f"no Python {version} on this machine")
    assert replayed(version) == expected(version)


@pytest.mark.parametrize("name", CHANGES)
def test_a_program_tells_the_versions_apart(name: str) -> None:
    assert CHANGES[name].before != CHANGES[name].after


def test_each_row_has_a_source() -> None:
    assert len(ROWS) > 50
    for version, row in ROWS:
        assert len(row) == 2, (version, row)
        assert re.match(r"\[[^\]]+\]\(https://[^)]+\)", row[1]), (version, row)


def test_each_program_stands_once_in_the_section_of_its_version() -> None:
    stands = Counter(
        (version, name)
        for version, row in ROWS
        for name in re.findall("; run: `(.+)`$", row[1])
    )
    assert stands == Counter((c.since, name) for name, c in CHANGES.items())
