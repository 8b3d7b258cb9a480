"""Execute notebooks, show each changed output, write what --accept names.

    python3 run.py refresh                            all notebooks, only shown
    python3 run.py refresh notebooks/03_protocol.ipynb
    python3 run.py refresh --accept 03_protocol       write its changed cells
    python3 run.py refresh --accept 03_protocol:exit-order

An output is accepted after it has been read: comparing shows that the book
repeats itself, not that it is true. An error in a cell is never written.
"""

from __future__ import annotations

import argparse
import difflib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError

from asyncwith import postgres
from tasks import _selection as selection
from tests.notebooks.strict import database_of, difference, sequence


class Usage(Exception):
    """A wrong argument; ends with code 2."""


def by_name() -> dict[str, Path]:
    """All notebooks by short name: 03_protocol, exercises/03_protocol."""
    return {
        name.removeprefix("notebooks/").removesuffix(".ipynb"): selection.ROOT / name
        for name in selection.notebooks()
    }


def find(name: str) -> Path:
    known = by_name()
    path = Path(name)
    if path.suffix == ".ipynb" and path.resolve() in known.values():
        return path.resolve()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.3)
    raise Usage(
        f"There is no notebook {name!r}. "
        + (f"Did you mean {' or '.join(near)}?" if near else f"Known: {list(known)}")
    )


def canonical(notebook: Any) -> str:
    """The one text of a notebook: sorted keys, nothing volatile."""
    for cell in notebook.cells:
        keep = ("tags", "nbgrader", "exercise")
        cell.metadata = {k: v for k, v in cell.metadata.items() if k in keep}
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output.metadata = {}
    notebook.metadata = {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def code_cells(notebook: Any) -> Iterator[Any]:
    return (cell for cell in notebook.cells if cell.cell_type == "code")


def merged(outputs: list[Any]) -> list[Any]:
    """Stored as nbval reads them: one text for each run of one stream."""
    result: list[Any] = []
    for output in outputs:
        previous = result[-1] if result else None
        if (
            previous is not None
            and output.output_type == "stream" == previous.output_type
            and output.name == previous.name
        ):
            previous.text += output.text
        else:
            result.append(output)
    return result


def execute(path: Path, timeout: float) -> Any:
    """A copy of the notebook as it comes out of a fresh kernel."""
    notebook = nbformat.read(path, as_version=4)
    os.environ["ASYNCWITH_DATABASE"] = database_of(str(path))
    client = NotebookClient(
        notebook,
        timeout=timeout,
        allow_errors=True,
        kernel_name="python3",
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(stderr=subprocess.DEVNULL)  # as nbval does
    for number, cell in enumerate(code_cells(notebook), 1):
        cell.execution_count = number
        cell.outputs = merged(cell.outputs)
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
    return notebook


def refresh(path: Path, accepted: set[str] | None, timeout: float) -> tuple[int, int]:
    """Execute one notebook; write the accepted cells.

    Parameters
    ----------
    path : Path
        The notebook.
    accepted : set of str or None
        Ids of the cells whose outputs may be written; None for all.
    timeout : float
        Seconds that one cell may take.

    Returns
    -------
    changed, refused : int
        Cells whose outputs differ and were not written; cells in error.
    """
    name = path.relative_to(selection.ROOT / "notebooks").with_suffix("")
    before = path.read_text(encoding="utf-8")
    stored = nbformat.reads(before, as_version=4)
    started = time.monotonic()
    try:
        fresh = execute(path, timeout)
    except CellTimeoutError as error:
        print(f"{name}: a cell did not end within {timeout:g} s\n{error}")
        return 0, 1
    changed = refused = 0
    for number, (old, new) in enumerate(
        zip(code_cells(stored), code_cells(fresh), strict=True), 1
    ):
        was, now = sequence(old.outputs), sequence(new.outputs)
        errors = [o for o in new.outputs if o.output_type == "error"]
        same = was == now and old.execution_count is not None
        if errors:
            refused += 1
            print(f"{name}:{new.id} raises {errors[0].ename}: {errors[0].evalue}")
            print("  " + new.source.replace("\n", "\n  "))
        elif same or accepted is None or new.id in accepted:
            if not same:
                print(f"{name}:{new.id} accepted\n{difference(was, now)}")
            old.outputs = old.outputs if same else new.outputs
            old.execution_count = number
            for output in old.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = number
        else:
            changed += 1
            print(f"{name}:{new.id} changed\n{difference(was, now)}")
    text = canonical(stored)
    written = ""
    if accepted != set() and text != before:
        path.write_text(text, encoding="utf-8")
        written = ", written"
    print(
        f"{name}: {changed} changed, {refused} in error, "
        f"{time.monotonic() - started:.1f} s{written}",
        flush=True,
    )
    return changed, refused


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="run.py refresh",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK")
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="NOTEBOOK[:CELL]",
        help="write the changed outputs of this notebook, or of one of its cells",
    )
    parser.add_argument(
        "--timeout", type=float, default=60, help="seconds for one cell (60)"
    )
    options = parser.parse_args(argv)
    accepted: dict[Path, set[str] | None] = {}
    for item in options.accept:
        name, _, cell = item.partition(":")
        path = find(name)
        if not cell:
            accepted[path] = None
        elif (cells := accepted.setdefault(path, set())) is not None:
            ids = [c.id for c in code_cells(nbformat.read(path, as_version=4))]
            if cell not in ids:
                near = difflib.get_close_matches(cell, ids, n=3, cutoff=0.3) or ids
                raise Usage(f"{name} has no code cell {cell!r}: {', '.join(near)}")
            cells.add(cell)
    postgres.describe()  # join the server here: what it says belongs to no cell
    chosen = [find(name) for name in options.notebooks]
    chosen += [path for path in accepted if path not in chosen]
    total = refused = 0
    for path in chosen or by_name().values():
        changed, errors = refresh(path, accepted.get(path, set()), options.timeout)
        total, refused = total + changed, refused + errors
    if total:
        print(f"\n{total} changed outputs are not written. Read each; --accept it.")
    return 1 if total or refused else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Usage, postgres.PostgresUnavailable) as problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
