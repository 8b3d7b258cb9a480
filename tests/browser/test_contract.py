"""One contract, two implementations: asyncpg with PostgreSQL, and the browser's.

Each line of contract.py is the same in both, or stands in the list of differences
from which the page "In the browser" has its table.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asyncwith import postgres
from asyncwith.postgres.driver import run
from tasks._selection import ROOT
from tests.browser import contract
from tests.browser.worker_page import Worker

HERE = Path(__file__).parent
DIFFERENCES: list[dict[str, Any]] = tomllib.loads(
    (HERE / "contract_differences.toml").read_text(encoding="utf-8")
)["difference"]


@pytest.fixture(scope="module")
def real() -> dict[str, str]:
    return run(contract.run_all(postgres.dsn("contract")))


@pytest.fixture(scope="module")
def browsers(worker: Worker) -> dict[str, str]:
    source = (HERE / "contract.py").read_text(encoding="utf-8")
    assert worker.run(source, notebook="contract").status == "ok"
    ask = "from asyncwith import postgres\n"
    ask += "print(json.dumps(await run_all(postgres.dsn())))"
    result = worker.run(ask, notebook="contract")
    assert result.status == "ok", result.text
    said = [each for each in result.outputs if each.get("name") == "stdout"]
    return json.loads("".join(each["text"] for each in said))


def test_the_browsers_lines_differ_only_where_the_list_says_so(
    real: dict[str, str], browsers: dict[str, str], counted: Callable[[str], None]
) -> None:
    listed = {name for difference in DIFFERENCES for name in difference["cases"]}
    found = {name for name in real if real[name] != browsers.get(name)}
    counted(
        f"contract: {len(real) - len(found)} lines of {len(real)} are equal, "
        f"{len(found)} differ"
    )
    unlisted = [
        f"{name}\n  asyncpg: {real[name]}\n  browser: {browsers.get(name)}"
        for name in sorted(found - listed)
    ]
    assert not unlisted, "\n".join(unlisted)
    assert listed <= set(real), f"unknown: {listed - set(real)}"
    assert listed == found, f"listed, and equal: {listed - found}"


def test_a_line_does_not_fail_by_itself(real: dict[str, str]) -> None:
    broken = {name: line for name, line in real.items() if line.startswith("FAILED")}
    assert not broken


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda each: each["what"])
def test_the_page_tells_each_difference(difference: dict[str, Any]) -> None:
    page = (ROOT / "book" / "browser.md").read_text(encoding="utf-8")
    assert f"| {difference['what']} | {difference['here']} |" in page
