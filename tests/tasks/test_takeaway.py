"""What is taken away: an e-book that is well formed, notebooks without solutions."""

from __future__ import annotations

import base64
import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from bs4 import BeautifulSoup

from asyncwith.catalogue import exercises
from tasks import _articles, _epub, takeaway

PAGE = """<html><body><nav>Menu</nav><article class="bd-article">
<section id="chapter"><h1>1. A chapter<a class="headerlink" href="#chapter">#</a></h1>
<div class="aw-prediction" data-answer="{answer}"><p>
<strong>Predict.</strong> Which?</p>
<ul><li><p>(a) this</p></li><li><p>(b) that</p></li></ul></div>
<p>See <a href="02_b.html#there">b</a>, <a href="#chapter">above</a>,
<a href="../search.html">search</a>, <a href="https://docs.python.org/3/">Python</a>.</p>
<figure tabindex="0"><svg class="aw-timeline" viewBox="0 0 4 4"><path d="M0 0"/></svg>
</figure>
<section id="exercise"><h2>Exercise 1.1 · Write it</h2><p>Write it.<br></p>
<details><summary>Hint 1</summary><p>Which line?</p></details>
<details class="admonition hide"><summary>Show</summary><pre><span class="c1">\
### BEGIN SOLUTION</span>
answer = 42
<span class="c1">### END SOLUTION</span></pre></details>
</section></section></article></body></html>"""
ANSWER = {"right": "b", "a": "`this` is none."}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of two chapters, with each thing that paper cannot do."""
    answer = base64.b64encode(json.dumps(ANSWER).encode()).decode()
    pages = {
        "book/index": "<article></article> Version 0.1.0, last updated on 2026-11-23.",
        "notebooks/01_promise": PAGE.format(answer=answer),
        "notebooks/02_asyncio": '<article><section id="there"><h1>2. B</h1><p>and '
        '<a href="01_promise.html">the first</a></p></section></article>',
    }
    for name, text in pages.items():
        path = tmp_path / f"{name}.html"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("02_b", "02_asyncio"), "utf-8")
    return tmp_path


def chapters(site: Path) -> list[_articles.Article]:
    return _articles.articles(site, ["notebooks/01_promise", "notebooks/02_asyncio"])


def test_what_is_hidden_on_a_page_stands_at_the_articles_end(site: Path) -> None:
    first, _ = chapters(site)
    assert first.title == "1. A chapter"
    text = re.sub(r"\s+", " ", BeautifulSoup(first.html(), "html.parser").get_text(" "))
    assert "Predict (1). Which?" in text
    asked, answers = text.split("Answers to the predictions")
    assert "this is none" not in asked and "Which line?" not in asked
    assert answers.strip().startswith("(b) Not (a): this is none.")
    told = "Hints and solutions Exercise 1.1 · Write it Hint 1 Which line? Solution"
    assert told in answers and answers.endswith("answer = 42 ")
    assert "SOLUTION" not in text and "data-answer" not in first.html()


def test_the_e_book_is_well_formed_and_its_links_lead_to_places(
    site: Path, tmp_path: Path
) -> None:
    _epub.write_epub(chapters(site), site, tmp_path / "book.epub")
    with zipfile.ZipFile(tmp_path / "book.epub") as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", 0)
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    pages = {n: t for n, t in files.items() if n.endswith((".xhtml", ".opf", ".xml"))}
    for text in pages.values():
        ElementTree.fromstring(text)
    one = files["book/01_promise.xhtml"]
    assert '<svg class="aw-timeline" viewBox="0 0 4 4">' in one
    assert "search</a>" not in one and 'href="https://docs.python.org/3/"' in one
    links = re.findall(r'href="([^":]*)"', one + files["book/nav.xhtml"])
    assert {"02_asyncio.xhtml#there", "02_asyncio.xhtml", "01_promise.xhtml"} <= {
        *links
    }
    for link in links:
        path, _, place = link.partition("#")
        assert (
            f'id="{place}"'
            in files[f"book/{path}" if path else "book/01_promise.xhtml"]
            or not place
        )
        assert not path or f"book/{path}" in files
    assert ('properties="svg"' in files["book/book.opf"]) and "2026-11-23" in files[
        "book/book.opf"
    ]


def test_in_one_document_each_place_has_its_own_name(site: Path) -> None:
    found = chapters(site)
    _articles.linked(found, lambda to, place: f"#{to.slug}--{place}", prefix=True)
    text = "".join(one.html() for one in found)
    names = re.findall(r' id="([^"]*)"', text)
    assert len(names) == len(set(names)) > 4
    places = re.findall(r'href="#([^"]*)"', text)
    assert "02_asyncio--there" in places
    assert {place for place in places if not place.endswith("--")} <= set(names)


def test_the_notebooks_to_take_away_hold_no_solution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build_wheel(folder: Path) -> Path:  # the real one takes seconds
        (folder / "asyncwith-0-py3-none-any.whl").write_bytes(b"")
        return folder / "asyncwith-0-py3-none-any.whl"

    monkeypatch.setattr(takeaway.bundle, "build_wheel", build_wheel)
    takeaway.to_work_in(tmp_path / "book.zip")
    with zipfile.ZipFile(tmp_path / "book.zip") as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    held = exercises()
    assert len([n for n in files if n.startswith("book/exercises/")]) == len(held)
    unsolved = {n: t for n, t in files.items() if "exercises/" in n}
    for one in held:
        given = one.read("starter.py") + one.read("text.md")
        own = [
            line
            for line in one.read("solution.py").splitlines()
            if len(line.strip()) > 40 and line.strip() not in given
        ]
        mine = unsolved[f"book/exercises/{one.name}.py"]
        assert not [line for line in own if line in mine], one.name
    for name, text in unsolved.items():
        if name.endswith(".ipynb"):
            cells = nbformat.reads(text, 4).cells
            assert "SOLUTION" not in text
            assert not [c for c in cells if c.cell_type == "code" and c.outputs]
    wanted = files["book/requirements.txt"].split()
    assert {"jupyterlab", "sqlalchemy", "trio", "fastapi"} <= set(wanted)
    assert not [name for name in wanted if name.startswith("jupyterlite")]


def test_an_unknown_kind_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        takeaway.main(["pfd"])
    assert "there is no 'pfd'; there are pdf, epub, zip" in capsys.readouterr().err
