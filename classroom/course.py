"""A course folder for nbgrader: its settings, and the assignments' sources.

The folder is generated and then the teacher's: whoever writes it again keeps
the settings file, and gets the sources of the chosen assignments anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from asyncwith.catalogue import Exercise, UnknownExercise, chapters, exercises, find
from tasks import exercises as notebooks
from tasks._selection import ROOT

__all__ = ["CONFIG", "assignments", "write_course"]

CONFIG = "nbgrader_config.py"
SETTINGS = '''\
"""nbgrader's settings of this course."""

import sys

sys.path.insert(0, {checkout!r})
c = get_config()
load_subconfig({shared!r})

c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = {name!r}
c.Exchange.root = {exchange!r}  # on a hub: the folder that all users share
'''


def assignments(
    chosen: list[str], *, each: str = "chapter"
) -> dict[str, list[Exercise]]:
    """The assignments by their name, each with its exercises in order.

    Parameters
    ----------
    chosen
        Names of chapters and exercises; none for all of the book.
    each
        ``chapter`` for an assignment a chapter, ``exercise`` for one each.
        An exercise that is chosen by its name is one of its own.

    Raises
    ------
    UnknownExercise
        A name is neither a chapter's nor an exercise's.

    Examples
    --------
    >>> {name: len(held) for name, held in assignments(["promise/timer"]).items()}
    {'promise-timer': 1}
    """
    names = [chapter for chapter, _ in chapters()]
    made: dict[str, list[Exercise]] = {}
    for name in chosen or [chapter for chapter in names if exercises(chapter)]:
        if name not in names:
            made[notebooks.grade_id(find(name))] = [find(name)]
        elif not exercises(name):
            raise UnknownExercise(f"the chapter {name!r} has no exercises")
        elif each == "chapter":
            made[name] = exercises(name)
        else:
            made |= {notebooks.grade_id(one): [one] for one in exercises(name)}
    return made


def write_course(
    folder: Path, chosen: list[str], *, each: str = "chapter"
) -> list[Path]:
    """Write the course folder; return the sources that were written.

    Parameters
    ----------
    folder
        Made if need be. A settings file that is there stays as it is.
    chosen, each
        As for `assignments`.
    """
    folder = folder.resolve()
    wanted = assignments(chosen, each=each)
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / CONFIG
    if not config.exists():
        exchange = folder / "exchange"
        exchange.mkdir(exist_ok=True)
        exchange.chmod(0o777)  # nbgrader asks for it: students write into it
        config.write_text(
            SETTINGS.format(
                checkout=str(ROOT),
                shared=str(ROOT / "classroom" / CONFIG),
                root=str(folder),
                name=folder.name,
                exchange=str(exchange),
            ),
            "utf-8",
        )
    written: list[Path] = []
    for name, held in wanted.items():
        path = folder / "source" / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebooks.written(_source(held)), "utf-8")
        written.append(path)
    return written


def _source(held: list[Exercise]) -> Any:
    """The teacher's notebook: solutions in their regions, each with its starter."""
    numbers = {chapter: int(stem.partition("_")[0]) for chapter, stem in chapters()}
    titles = {chapter: notebooks.chapter_title(stem) for chapter, stem in chapters()}
    intro = notebooks.INTRO.format(title=titles[held[0].chapter], example=held[0].name)
    cells = [
        new_markdown_cell(intro, id="title"),
        new_code_cell("from asyncwith import check", id="imports"),
    ]
    for exercise in held:
        place = exercises(exercise.chapter).index(exercise) + 1
        number = f"{numbers[exercise.chapter]}.{place}"
        cells += notebooks.exercise_cells(exercise, number)
    return notebooks.assignment(new_notebook(cells=cells, metadata=notebooks.KERNEL))
