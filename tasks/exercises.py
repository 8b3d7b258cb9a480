"""Generate the exercises' notebooks, assignments and starters from exercises/.

    python3 run.py exercises                  write notebooks/exercises/
    python3 run.py exercises --check          compare with what is committed
    python3 run.py exercises --release DIR    nbgrader's source/ and starter files
    python3 run.py exercises --practice DIR   unsolved copies; never overwrites one

An output stays as long as its cell's source does; `run.py refresh` runs the
cells. Numbers come from the notebook's name and order.txt and are only shown: ids,
tags and grade ids are the exercise's name in words.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from asyncwith.catalogue import Exercise, chapters, exercises, find
from asyncwith.cli.progress import starter_file
from tasks import _selection as selection

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks" / "exercises"
INTRO = """\
# Exercises: {title}

Each exercise has a task, something to start from, and a check. The check runs \
your code under faults and says what it saw; it can be run as often as you like. \
In a shell, `asyncwith check {example} FILE` does the same.
"""
KERNEL = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


def solved(chapter: str, number: int, title: str) -> Any:
    """The chapter's notebook as it is committed and published: with solutions."""
    found = exercises(chapter)
    cells = [
        new_markdown_cell(INTRO.format(title=title, example=found[0].name), id="title"),
        new_code_cell("from asyncwith import check", id="imports"),
    ]
    for place, exercise in enumerate(found, 1):
        cells += exercise_cells(exercise, f"{number}.{place}")
    return new_notebook(cells=cells, metadata=KERNEL)


def exercise_cells(exercise: Exercise, number: str) -> Iterator[Any]:
    """Text, starter, hints, solution and check of one exercise."""
    about = {"exercise": exercise.name}
    tags = [f"local-only:{exercise.local_only}"] if exercise.local_only else []
    grade = {"grade_id": grade_id(exercise), "schema_version": 3, "task": False}
    yield markdown(exercise, "text", text(exercise, number), {})
    start = exercise.read("starter.py").strip()
    start = f"Start from here:\n\n```python\n{start}\n```"
    yield markdown(exercise, "starter", start, {"tags": ["starter"]})
    if exercise.hints:
        yield markdown(exercise, "hints", hints(exercise), {})
    yield new_code_cell(
        f"### BEGIN SOLUTION\n{exercise.read('solution.py').strip()}\n### END SOLUTION",
        id=cell_id(exercise, "solution"),
        metadata={
            **about,
            "tags": ["hide-input"],
            "nbgrader": {**grade, "grade": False, "solution": True, "locked": False},
        },
    )
    yield new_code_cell(
        f'await check("{exercise.name}")',
        id=cell_id(exercise, "check"),
        metadata={
            **about,
            **({"tags": tags} if tags else {}),
            "nbgrader": {
                **grade,
                "grade_id": grade_id(exercise) + "-check",
                "grade": True,
                "solution": False,
                "locked": True,
                "points": exercise.minutes,
            },
        },
    )


def markdown(
    exercise: Exercise, part: str, source: str, metadata: dict[str, Any]
) -> Any:
    metadata = {"exercise": exercise.name, **metadata}
    return new_markdown_cell(source, id=cell_id(exercise, part), metadata=metadata)


def text(exercise: Exercise, number: str) -> str:
    """Heading with the number and the minutes, then the task."""
    return (
        f"## Exercise {number} · {exercise.title}\n\n"
        f"`{exercise.name}` · {exercise.minutes} minutes\n\n"
        f"{exercise.task.strip()}"
    )


def hints(exercise: Exercise) -> str:
    """The stepwise hints, each behind a fold that Jupyter and the page both open."""
    return "\n\n".join(
        f"<details>\n<summary>Hint {place}</summary>\n\n{hint}\n\n</details>"
        for place, hint in enumerate(exercise.hints, 1)
    )


def cell_id(exercise: Exercise, part: str) -> str:
    """A cell's id, stable because names are: ``timer-check``."""
    return f"{exercise.slug[:50]}-{part}"


def grade_id(exercise: Exercise) -> str:
    """The exercise's name as nbgrader allows it: ``promise-timer``."""
    return exercise.name.replace("/", "-")


def unsolved(notebook: Any) -> Any:
    """A copy to work in: each solution replaced by its starter, no outputs."""
    for cell, starter in _solutions(_without_starters(notebook)):
        cell.source = starter
        cell.metadata["tags"].remove("hide-input")
    return notebook


def assignment(notebook: Any) -> Any:
    """nbgrader's source: solutions in their regions, each with its starter.

    nbgrader clears every region to one stub; the starter in the cell's metadata
    is what a preprocessor puts there instead.
    """
    for cell, starter in _solutions(_without_starters(notebook)):
        cell.metadata["starter"] = starter
    return notebook


def _without_starters(notebook: Any) -> Any:
    """The notebook without its starters' cells and without outputs."""
    notebook.cells = [
        cell
        for cell in notebook.cells
        if "starter" not in cell.metadata.get("tags", [])
    ]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _solutions(notebook: Any) -> Iterator[tuple[Any, str]]:
    """Each solution's cell with its exercise's starter."""
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            yield cell, find(cell.metadata["exercise"]).read("starter.py").strip()


def keep_outputs(notebook: Any, before: Path) -> None:
    """Take over the outputs of cells whose source has not changed."""
    if not before.is_file():
        return
    old = {cell.id: cell for cell in nbformat.read(before, as_version=4).cells}
    for cell in notebook.cells:
        was = old.get(cell.id)
        if cell.cell_type == "code" and was and was.source == cell.source:
            cell.outputs, cell.execution_count = was.outputs, was.execution_count


def written(notebook: Any) -> str:
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"


def chapter_title(stem: str) -> str:
    """The first heading of the chapter's notebook; its name until there is one."""
    path = ROOT / "notebooks" / f"{stem}.ipynb"
    if path.is_file():
        for cell in nbformat.read(path, as_version=4).cells:
            first = cell.source.partition("\n")[0]
            if cell.cell_type == "markdown" and first.startswith("# "):
                return first.removeprefix("# ").lstrip("0123456789. ·")
    return stem.partition("_")[2].replace("_", " ") or stem


def generated() -> dict[Path, Any]:
    """Every exercises' notebook by its path, with the outputs that still hold."""
    notebooks: dict[Path, Any] = {}
    for chapter, stem in chapters():
        if exercises(chapter):
            number = int(stem.partition("_")[0])
            path = NOTEBOOKS / f"{stem}.ipynb"
            notebooks[path] = solved(chapter, number, chapter_title(stem))
            keep_outputs(notebooks[path], path)
    return notebooks


def released() -> Iterator[tuple[Path, Any]]:
    """Each notebook of the book with its place in notebooks/; exercises unsolved."""
    solved = generated()
    for name in selection.notebooks():
        path = ROOT / name
        notebook = nbformat.read(path, as_version=4)
        if path in solved:
            notebook = unsolved(solved[path])
        yield path.relative_to(ROOT / "notebooks"), notebook


def compare() -> int:
    """Name what differs between the generated and the committed notebooks."""
    wanted = {path: written(notebook) for path, notebook in generated().items()}
    bad = 0
    for path in sorted({*wanted, *NOTEBOOKS.glob("*.ipynb")}):
        name = path.relative_to(ROOT)
        found = path.read_text("utf-8") if path.is_file() else ""
        if wanted.get(path) == found:
            continue
        bad += 1
        if path not in wanted:
            print(f"{name}: no exercises belong to it; remove it")
            continue
        print(f"{name}: differs from exercises/; run `python3 run.py exercises`")
        old, new = found.splitlines(), wanted[path].splitlines()
        rows = list(difflib.unified_diff(old, new, "committed", "generated", "", "", 1))
        print(*rows[:30], sep="\n")
    return 1 if bad else 0


def write(path: Path, content: str, *, keep: bool = False) -> None:
    """Write a file and say so; a reader's own file is left as it is."""
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    if keep and path.exists():
        print(f"{shown}: kept, it is yours")
        return
    if path.is_file() and path.read_text("utf-8") == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    print(f"{shown}: written")


def release(folder: Path) -> None:
    """nbgrader's ``source/<chapter>/<chapter>.ipynb``, and starter files."""
    for path, notebook in generated().items():
        chapter = path.stem.partition("_")[2] or path.stem
        target = folder / "source" / chapter / f"{chapter}.ipynb"
        write(target, written(assignment(notebook)))
    for exercise in exercises():
        target = folder / "starters" / f"{exercise.name}.py"
        write(target, starter_file(exercise))


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="run.py exercises",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--check", action="store_true", help="compare, write nothing")
    chosen.add_argument("--release", type=Path, metavar="DIR", help="assignments")
    chosen.add_argument("--practice", type=Path, metavar="DIR", help="unsolved copies")
    options = parser.parse_args(argv)
    if options.check:
        return compare()
    if options.release:
        release(options.release)
    elif options.practice:
        for path, notebook in generated().items():
            write(options.practice / path.name, written(unsolved(notebook)), keep=True)
    else:
        for path, notebook in generated().items():
            write(path, written(notebook))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
