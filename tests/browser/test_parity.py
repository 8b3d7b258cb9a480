"""Every cell of every notebook gives in a browser what it gives in a kernel.

The stored outputs are compared as nbval's plugin does it (tests/notebooks/strict.py).
A cell that cannot run there says so with a tag, and is run to see that it does not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import BrowserContext

from tasks._selection import ROOT, notebooks, rotating, third
from tests.browser.worker_page import Worker
from tests.notebooks.strict import difference, sequence

FULL = bool(os.environ.get("ASYNCWITH_FULL"))  # all, not a third
AT_LEAST = 0.85  # of all cells
HALF_OF_EACH_BUT = {"07_cancellation", "09_blocking"}
PATIENCE = 5  # seconds for a cell that is expected not to end as stored

FORGET_IT = """_now_ = globals()
for _name_ in _now_.keys() - _before_.keys() - {"_now_", "_before_", "_name_"}:
    del _now_[_name_]
_now_.update(_before_)
"""

ALL = notebooks()
TURN = ALL if FULL else rotating()  # those that changed of late, and a third
NAMES = [name.removeprefix("notebooks/").removesuffix(".ipynb") for name in TURN]


@cache
def cells(name: str) -> list[Any]:
    notebook = nbformat.read(ROOT / name, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def is_local_only(cell: Any) -> bool:
    tags = cell.metadata.get("tags", [])
    return any(tag.startswith("local-only:") for tag in tags)


def run(worker: Worker, name: str, namespace: str, *, draw: bool = False) -> list[str]:
    """Run all cells that a browser can run; what differs from the stored."""
    mine = [cell for cell in cells(name) if not is_local_only(cell)]
    asked = [worker.post(cell.source, notebook=namespace, draw=draw) for cell in mine]
    found: list[str] = []
    for cell, identity in zip(mine, asked, strict=True):
        stored = undrawn(cell.outputs) if draw else cell.outputs
        outputs = worker.result(identity).outputs
        seen = undrawn(outputs) if draw else outputs
        if sequence(stored) != sequence(seen):
            how = "drawn" if draw else "plain"
            said = difference(sequence(stored), sequence(seen))
            found.append(f"{name}, {cell.id}, {how}:\n{said}")
    return found


def undrawn(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the timelines."""
    return [each for each in outputs if "image/svg+xml" not in each.get("data", {})]


def anew(worker: Worker) -> None:
    """Have an empty database, as a new worker has."""
    source = "from asyncwith_browser import postgres\npostgres.restart()"
    assert worker.run(source, notebook="anew").status == "ok"


def unneeded_tags(
    worker: Worker, new_worker: Callable[..., Worker], name: str
) -> list[str]:
    """Run also the cells that are local-only; which of them need not be.

    Each is run as if it were the first of them: names are as the others' cells
    left them. A cell that cannot be ended costs its worker, as on a page: the next
    one runs again what a browser can run of the cells before.
    """
    namespace, before = f"all {name}", list[Any]()
    unneeded: list[str] = []
    for cell in cells(name):
        if not is_local_only(cell):
            worker.run(cell.source, notebook=namespace)
            before.append(cell)
            continue
        worker.run("_before_ = dict(globals())", notebook=namespace)
        identity = worker.post(cell.source, notebook=namespace)
        result = worker.result_within(identity, PATIENCE)
        if result is not None:
            if sequence(cell.outputs) == sequence(result.outputs):
                unneeded.append(f"{name}, {cell.id}: it runs, remove its tag")
        else:
            worker.stop()
            result = worker.result_within(identity, PATIENCE)
        if result is not None:
            worker.run(FORGET_IT, notebook=namespace)
        else:
            worker = new_worker()
            for earlier in before:
                worker.run(earlier.source, notebook=namespace)
    return unneeded


@pytest.mark.parametrize("name", TURN, ids=NAMES)
def test_each_cell_gives_the_stored_output_or_is_local_only(
    name: str, worker: Worker, new_worker: Callable[..., Worker]
) -> None:
    """Plain; a chapter's also drawn; and no cell is tagged that would give it.

    A chapter has a worker of its own, as on its page; exercises share one.
    """
    mine = worker if "exercises" in name else new_worker()
    found = run(mine, name, name)
    if "exercises" not in name:
        anew(mine)
        found += run(mine, name, f"drawn {name}", draw=True)
    if any(map(is_local_only, cells(name))):
        # What such cells leave behind must not reach the next exercises.
        mine = new_worker() if mine is worker else mine
        anew(mine)
        found += unneeded_tags(mine, new_worker, name)
    assert not found, "\n\n".join(found)


@pytest.fixture(scope="module")
def without_jspi(context: BrowserContext, address: str) -> Iterator[Worker]:
    worker = Worker(context, address, jspi=False)
    yield worker
    worker.close()


@pytest.mark.parametrize(
    "name", ALL if FULL else third(), ids=lambda name: Path(name).stem
)
def test_it_does_also_without_jspi(name: str, without_jspi: Worker) -> None:
    anew(without_jspi)
    found = run(without_jspi, name, name)
    assert not found, "\n\n".join(found)


@pytest.fixture(scope="module")
def isolated(context: BrowserContext, isolated_address: str) -> Iterator[Worker]:
    worker = Worker(context, isolated_address, interrupts=True)
    yield worker
    worker.close()


@pytest.mark.parametrize(
    "name", ALL if FULL else third()[:1], ids=lambda name: Path(name).stem
)
def test_it_does_also_where_a_host_sends_the_headers_of_isolation(
    name: str, isolated: Worker
) -> None:
    assert isolated.page.evaluate("crossOriginIsolated")
    anew(isolated)
    found = run(isolated, name, name)
    assert not found, "\n\n".join(found)


def test_most_cells_run_in_a_browser(counted: Callable[[str], None]) -> None:
    counts = {
        Path(name).stem if "exercises" not in name else name: (
            sum(map(is_local_only, cells(name))),
            len(cells(name)),
        )
        for name in ALL
    }
    local = sum(local for local, _ in counts.values())
    total = sum(count for _, count in counts.values())
    counted(
        f"cells run in the browser: {total - local}, local-only: {local}, "
        f"total: {total} ({1 - local / total:.1%})"
    )
    assert 1 - local / total >= AT_LEAST
    less_than_half = [
        name
        for name, (local, count) in counts.items()
        if local > count / 2 and name not in HALF_OF_EACH_BUT
    ]
    assert not less_than_half
