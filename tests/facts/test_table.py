"""The facts tables hold together: each fact has a place, and a proof that exists.

A shown fact names a cell of its chapter and is asserted by exactly one test of
this folder, ``test_fact_NUMBER_...``. A replayed one holds the recorded output
with its version and command. A cited one has an address.
"""

from __future__ import annotations

import ast
import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent
NOTEBOOKS = FOLDER.parents[1] / "notebooks"
TABLES = sorted(FOLDER.glob("*.toml"))
FACTS = [
    pytest.param(table.stem, fact, id=f"{table.stem}-{fact['number']}")
    for table in TABLES
    for fact in tomllib.loads(table.read_text(encoding="utf-8"))["fact"]
]


def asserted_in(chapter: str) -> list[str]:
    """Names of the test functions beside a chapter's table."""
    path = FOLDER / f"test_{chapter}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_fact_")
    ]


def number_of(fact: dict[str, Any]) -> str:
    """A fact's number as it stands in its test's name: 013, or p1."""
    number = str(fact["number"])
    return number.zfill(3) if number.isdigit() else number


@pytest.mark.parametrize("chapter, fact", FACTS)
def test_each_fact_has_its_proof(chapter: str, fact: dict[str, Any]) -> None:
    assert fact["text"].strip().endswith((".", "`", ")")), "a fact is a sentence"
    status = fact["status"]
    if status == "shown":
        notebook = json.loads((NOTEBOOKS / f"{chapter}.ipynb").read_text("utf-8"))
        cells = {c["id"]: c for c in notebook["cells"] if c["cell_type"] == "code"}
        assert fact["cell"] in cells
        mine = f"test_fact_{number_of(fact)}_"
        found = [name for name in asserted_in(chapter) if name.startswith(mine)]
        assert len(found) == 1, f"wanted one test named {mine}…, found {found}"
    elif status == "replayed":
        assert fact["recorded"].keys() >= {"version", "command", "output"}
    else:
        assert status == "cited"
        assert fact["source"].startswith("https://")


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_each_test_of_a_fact_stands_in_the_table(table: Path) -> None:
    facts = tomllib.loads(table.read_text(encoding="utf-8"))["fact"]
    known = {f"test_fact_{number_of(fact)}" for fact in facts}
    for name in asserted_in(table.stem):
        assert any(name.startswith(prefix + "_") for prefix in known), name


def test_no_number_is_used_twice() -> None:
    counts = Counter(str(parameter.values[1]["number"]) for parameter in FACTS)
    assert [number for number, uses in counts.items() if uses > 1] == []
