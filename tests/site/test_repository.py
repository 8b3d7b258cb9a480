"""From a page to its source, and from a section to a report of an error."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlparse

import pytest
from sphinx.application import Sphinx
from sphinx.errors import ConfigError

from tasks._selection import ROOT
from tasks.book import SITE, pages

sys.path.append(str(ROOT / "book" / "_extensions"))  # as Sphinx does
from repository import HEADING, links, report, source

REPOSITORY = "https://github.com/somebody/async-with"


def built(folder: Path, name: str = "book/only") -> str:
    """A page of a book with one, as it is written."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / "conf.py").write_text(
        "import sys\n"
        f"sys.path.append({str(ROOT / 'book' / '_extensions')!r})\n"
        f"extensions = ['repository']\nroot_doc = {name!r}\n"
        "html_theme = 'sphinx_book_theme'\n"
    )
    text = "A *title*\n=========\n\nFirst.\n\nWhat & why\n----------\n\nSecond.\n"
    (folder / f"{name}.rst").write_text(text)
    app = Sphinx(folder, folder, folder / "out", folder / "doc", "html", status=None)
    app.build(force_all=True)
    return (folder / "out" / f"{name}.html").read_text("utf-8")


def test_each_section_leads_to_a_report_with_its_anchor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASYNCWITH_REPOSITORY", REPOSITORY + "/")
    page = built(tmp_path)
    found = re.findall(r'class="headerlink aw-report" href="([^"]+)"', page)
    assert len(found) == 2
    address = urlparse(unescape(found[1]))
    assert f"https://{address.netloc}{address.path}" == f"{REPOSITORY}/issues/new"
    asked = parse_qs(address.query)
    assert asked["title"] == ["What & why: "]
    assert asked["body"][0].startswith("Where: book/only.html#what-why\n")
    assert f'<a href="{REPOSITORY}/edit/main/book/only.md">Edit this page</a>' in page


def test_without_an_address_there_are_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASYNCWITH_REPOSITORY", raising=False)
    page = built(tmp_path)
    assert "aw-report" not in page and "aw-source" not in page


@pytest.mark.parametrize("address", ["somebody/async-with", "https://github.com", ""])
def test_an_address_that_is_none_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("ASYNCWITH_REPOSITORY", address)
    if not address:
        assert "aw-report" not in built(tmp_path)
        return
    with pytest.raises(ConfigError, match="expected a repository's address, such as"):
        built(tmp_path)


def test_each_page_names_a_source_that_exists() -> None:
    for page in pages():
        assert (ROOT / source(page)).exists(), page


def test_a_notebook_opens_in_binder_where_binder_knows_the_host() -> None:
    page = "notebooks/exercises/07_cancellation"
    found = dict(links(REPOSITORY, page))
    address = urlparse(found["Open in Binder"])
    assert address.path == "/v2/gh/somebody/async-with/HEAD"
    notebook = unquote(address.query.removeprefix("urlpath=lab/tree/"))
    assert notebook == f"urlpath=lab/tree/{page}.ipynb"
    assert (ROOT / f"{page}.ipynb").is_file()
    assert "Open in Binder" not in dict(links(REPOSITORY, "book/glossary"))
    assert "Open in Binder" not in dict(links("https://code.example.org/a/b", page))


def test_every_section_of_the_book_could_be_reported(
    counted: Callable[[str], None],
) -> None:
    """Each heading with a permalink is one that would get the link."""
    count = 0
    for name in pages():
        page = (SITE / f"{name}.html").read_text("utf-8")
        article = page[page.index("<article") : page.index("</article>")]
        anchors = re.findall(
            r'<a class="headerlink" href="#([^"]+)"[^>]*>[^<]*</a></h', article
        )
        found = [each["anchor"] for each in HEADING.finditer(article)]
        assert found == anchors and found, name
        longest = max(len(report(REPOSITORY, name, "t" * 80, each)) for each in found)
        assert longest < 2_000
        count += len(found)
    counted(f"sections with a link to report an error: {count}")
    assert count > 400
