"""The changes of the book as a feed."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sphinx.application import Sphinx

from tasks._selection import ROOT
from tasks.book import SITE

sys.path.append(str(ROOT / "book" / "_extensions"))  # as Sphinx does
from feed import ATOM, feed, releases

ADDRESS = "https://books.example.org/async-with/"
NOW = datetime(2027, 3, 4, 5, 6, 7, tzinfo=UTC)
CHANGES = """\
# Changes

## Unreleased

### Added

- A `feed` & more.

## [1.1.0] - 2027-02-01

- Something <new>.

## 1.0.0 - 2027-01-01

- All of it.
"""


def test_each_version_is_an_entry_with_what_atom_demands() -> None:
    """RFC 4287: a feed and its entries have an id, a title and a day each."""
    text = feed(ADDRESS, "async with", releases(CHANGES), NOW)
    root = ElementTree.fromstring(text)
    spaces = {"": ATOM}
    entries = root.findall("entry", spaces)
    assert [each.findtext("title", None, spaces) for each in entries] == [
        "On its way",
        "Version 1.1.0",
        "Version 1.0.0",
    ]
    for each in [root, *entries]:
        for needed in ("id", "title", "updated"):
            assert each.findtext(needed, None, spaces), needed
        day = each.findtext("updated", "", spaces)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\+00:00)", day)
    assert root.findtext("author/name", None, spaces)
    ids = [each.findtext("id", None, spaces) for each in [root, *entries]]
    assert len(set(ids)) == len(ids)
    own = root.find("link[@rel='self']", spaces)
    assert own is not None and own.get("href") == f"{ADDRESS}feed.xml"
    said = [each.findtext("content", "", spaces) for each in entries]
    assert "<code>feed</code> &amp; more" in said[0] and "&lt;new&gt;" in said[1]
    assert root.findtext("updated", "", spaces).startswith("2027-03-04T05:06:07")


def test_a_released_version_has_a_day() -> None:
    with pytest.raises(ValueError, match=r"version 1\.0\.0 has no day"):
        releases("## 1.0.0\n\n- All of it.\n")


def test_the_books_changes_are_read_whole() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    found = releases(text)
    assert len(found) == len(re.findall(r"^## ", text, re.M)) > 0
    assert sum(each.text.count("\n- ") for each in found) == text.count("\n- ")


def test_only_with_an_address_there_is_a_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conf.py").write_text(
        "import sys\n"
        f"sys.path.append({str(ROOT / 'book' / '_extensions')!r})\n"
        "extensions = ['metadata', 'feed']\nhtml_title = 'Small'\n"
    )
    (tmp_path / "index.rst").write_text("First\n=====\n\nA page.\n")
    (tmp_path / "CHANGELOG.md").write_text(CHANGES)
    target = tmp_path / "out"

    def built() -> str:
        parts = tmp_path, tmp_path, target, tmp_path / "doc"
        Sphinx(*parts, "html", status=None).build(force_all=True)
        return (target / "index.html").read_text("utf-8")

    monkeypatch.setenv("ASYNCWITH_SITE", ADDRESS)
    named = f'type="application/atom+xml" title="Changes" href="{ADDRESS}feed.xml"'
    assert named in built()
    assert len(ElementTree.parse(target / "feed.xml").getroot()) == 9
    monkeypatch.delenv("ASYNCWITH_SITE")
    assert "atom+xml" not in built()
    assert not (target / "feed.xml").exists()
    assert not (SITE / "feed.xml").exists()
