"""Which earlier cells a cell needs, and that pages know the notebooks' cells."""

from __future__ import annotations

import html
import json
import re
import sys
from pathlib import Path

import pytest

from tasks._selection import ROOT, notebooks
from tasks.book import SITE

sys.path.append(str(ROOT / "book" / "_extensions"))  # as Sphinx does

from needs import names, needs


@pytest.mark.parametrize(
    "source, reads, binds",
    [
        ("x = y", "y", "x"),
        ("x = x + 1", "x", "x"),
        ("x += 1", "x", "x"),
        ("import a.b, c as d\nfrom e import f", "", "a d f"),
        ("def f(a, b=c):\n    d = a\n    return d + e", "c e", "f"),
        ("class A(B):\n    x = 1\n    def m(self): return helper(A)", "B helper", "A"),
        ("async with pool() as p:\n    await p.go()", "pool", "p"),
        ("[n * rate for n in prices]", "prices rate", ""),
        ("print(len([]))", "", ""),
        ("def later(): return after\nafter = 1", "after", "after later"),
        ("def f():\n    global g\n    g = 1", "", "f g"),
        ("try: pass\nexcept E as e: e.add()", "E", "e"),
        ("lambda a: a + b", "b", ""),
        ("not python (", "", ""),
    ],
)
def test_names_that_a_cell_reads_and_binds(source: str, reads: str, binds: str) -> None:
    found = names(source)
    assert tuple(map(sorted, found)) == (reads.split(), binds.split())


def test_a_cell_needs_the_last_that_binds_what_it_reads() -> None:
    assert needs(["x = 1", "x = 2", "y = 1", "print(x)"]) == [[], [], [], [1]]


@pytest.mark.parametrize("name", notebooks())
def test_a_page_holds_the_source_of_each_cell_character_by_character(name: str) -> None:
    page = (SITE / name).with_suffix(".html").read_text(encoding="utf-8")
    shown = {
        identity: html.unescape(re.sub(r"<[^>]+>", "", code)).removesuffix("\n")
        for identity, code in re.findall(
            r'data-cell="([^"]+)".*?<pre>(.*?)</pre>', page, re.S
        )
    }
    cells = json.loads(Path(ROOT, name).read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    for cell in code:
        assert shown[cell["id"]] == "".join(cell["source"]), cell["id"]
    starters = [cell for cell in cells if "starter" in cell["metadata"].get("tags", [])]
    assert len(shown) == len(code) + len(starters)
