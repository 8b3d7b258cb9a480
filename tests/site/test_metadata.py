"""What searchers and previews of links are told about each page."""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ElementTree
from html import unescape
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.errors import ConfigError

from tasks._selection import ROOT
from tasks.book import SITE, pages

NAMES = pages()
DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)" />')


def test_each_page_has_a_description_of_its_own() -> None:
    said = {}
    for name in NAMES:
        found = DESCRIPTION.findall((SITE / f"{name}.html").read_text("utf-8"))
        assert len(found) == 1, name
        said[name] = unescape(found[0])
    assert {name: text for name, text in said.items() if len(text) < 50} == {}
    assert {name: text for name, text in said.items() if len(text) > 160} == {}
    assert len(set(said.values())) == len(NAMES)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A book of two pages."""
    (tmp_path / "conf.py").write_text(
        "import sys\n"
        f"sys.path.append({str(ROOT / 'book' / '_extensions')!r})\n"
        "extensions = ['metadata']\nhtml_title = 'Small & \"short\"'\n"
    )
    (tmp_path / "index.rst").write_text(
        "First\n=====\n\nA page about <with>.\n\n.. toctree::\n\n   over & under\n"
    )
    (tmp_path / "over & under.rst").write_text("Other\n=====\n\n" + "word " * 80 + "\n")
    return tmp_path


def build(source: Path) -> Path:
    target = source / "out"
    app = Sphinx(source, source, target, source / "doc", "html", status=None)
    app.build(force_all=True)
    return target


def test_with_an_address_each_page_names_its_own_and_the_sitemap_all(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASYNCWITH_SITE", "https://books.example.org/async-with")
    built = build(small)
    page = (built / "index.html").read_text("utf-8")
    address = "https://books.example.org/async-with/"
    assert f'<link rel="canonical" href="{address}index.html" />' in page
    assert f'<meta property="og:url" content="{address}index.html" />' in page
    assert 'content="Small &amp; &quot;short&quot;"' in page
    assert DESCRIPTION.findall(page) == ["A page about &lt;with&gt;."]
    listed = ElementTree.parse(built / "sitemap.xml").getroot()
    found = [each.text for each in listed.iter() if each.tag.endswith("}loc")]
    assert found == [f"{address}index.html", f"{address}over%20%26%20under.html"]

    monkeypatch.delenv("ASYNCWITH_SITE")
    built = build(small)
    page = (built / "index.html").read_text("utf-8")
    assert "og:url" not in page and "canonical" not in page
    assert not (built / "sitemap.xml").exists()


def test_a_long_description_ends_at_a_word(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASYNCWITH_SITE", raising=False)
    page = (build(small) / "over & under.html").read_text("utf-8")
    (said,) = DESCRIPTION.findall(page)
    assert len(said) <= 160
    assert set(said.split()[:-1]) == {"word"} and said.endswith(" word …")


@pytest.mark.parametrize("address", ["books.example.org", "ftp://x/", "https://x/?a=1"])
def test_an_address_that_is_none_is_refused_in_words(
    small: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("ASYNCWITH_SITE", address)
    with pytest.raises(ConfigError, match="expected the site's address, such as"):
        build(small)


def test_the_project_builds_without_an_address() -> None:
    if "ASYNCWITH_SITE" not in os.environ:
        assert not (SITE / "sitemap.xml").exists()
