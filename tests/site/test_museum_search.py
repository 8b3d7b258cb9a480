"""The site's search finds an exhibit of the error museum by its message."""

from __future__ import annotations

import json

import pytest

from tasks.book import SITE
from tests.notebooks.test_museum import Exhibit, exhibits

INDEX = SITE / "searchindex.js"


@pytest.mark.parametrize("exhibit", exhibits(), ids=lambda e: e.name)
def test_a_message_is_a_title_of_the_search_index(exhibit: Exhibit) -> None:
    if not INDEX.is_file():
        pytest.fail("The site is not built: python3 run.py book --no-serve")
    text = INDEX.read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    found = index["alltitles"].get(exhibit.message, [])
    assert "notebooks/museum" in [index["docnames"][page] for page, _ in found]
