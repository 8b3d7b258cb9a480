"""A starter repository: the exercises with pytest, for schools without nbgrader.

What students and teachers may change (starters, README, workflow) is written once
and then theirs; the tests, the list of cases and the package come anew each time.
No solution is in it: the package is the wheel, which has none.
"""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
from pathlib import Path

from asyncwith.catalogue import Exercise
from asyncwith.checking.cases import load_cases
from asyncwith.cli.progress import starter_file
from classroom.course import assignments
from tasks._selection import ROOT

__all__ = ["build_wheel", "pins", "requirements", "write_bundle"]

REPOSITORY = Path(__file__).with_name("repository")
OURS = ("tests/conftest.py", "tests/test_exercises.py")
THEIRS = (".github/workflows/classroom.yml", ".gitignore", "pytest.ini")
EXTRAS = "http,asgi,postgres"  # servers and PostgreSQL, on a student's machine too
_PIN = re.compile(r"(?m)^([\w.-]+)==([\w.!+]+)(?: ; (.*?))? \\$")


def write_bundle(
    folder: Path, chosen: list[str], *, wheel: Path | None = None
) -> tuple[list[Path], list[Path]]:
    """Write the starter repository; what was written, and what was left as it is.

    Parameters
    ----------
    folder
        Made if need be.
    chosen
        Names of chapters and exercises; none for all of the book.
    wheel
        The package's wheel; built from this checkout unless given.

    Returns
    -------
    written, kept
        Paths of the files.

    Raises
    ------
    UnknownExercise
        A name is neither a chapter's nor an exercise's.
    """
    found = [one for held in assignments(chosen).values() for one in held]
    held = list(dict.fromkeys(found))
    listed = json.dumps([_listed(one) for one in held], indent=1, ensure_ascii=False)
    theirs = {path: (REPOSITORY / path).read_text("utf-8") for path in THEIRS}
    theirs["README.md"] = _readme(held)
    theirs |= {f"{one.name}.py": starter_file(one) for one in held}
    ours = {path: (REPOSITORY / path).read_text("utf-8") for path in OURS}
    ours["tests/exercises.json"] = f"{listed}\n"
    ours["constraints.txt"] = pins()

    (folder / "wheels").mkdir(parents=True, exist_ok=True)
    for old in (folder / "wheels").glob("asyncwith-*.whl"):
        old.unlink()
    if wheel is None:
        wheel = build_wheel(folder / "wheels")
    else:
        target = folder / "wheels" / wheel.name
        target.write_bytes(wheel.read_bytes())
        wheel = target
    files = ("check.py", "solution.py")
    sources = [one.read(file) for one in held for file in files]
    ours["requirements.txt"] = requirements(wheel.name, ["pytest"], sources)

    written, kept = [wheel], list[Path]()
    for name, content in (ours | theirs).items():
        path = folder / name
        if name in theirs and path.exists():
            kept.append(path)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        written.append(path)
    return written, kept


def build_wheel(folder: Path) -> Path:
    """Build the package's wheel into a folder."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d",
         str(folder.resolve())],
        cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    (wheel,) = folder.glob("asyncwith-*.whl")
    return wheel


def _listed(exercise: Exercise) -> dict[str, object]:
    """An exercise as the tests know it: its points are its minutes."""
    cases = [fault for fault, _, _ in load_cases(exercise).functions]
    return {"name": exercise.name, "points": exercise.minutes, "cases": cases}


def _readme(held: list[Exercise]) -> str:
    rows = [
        f"| [{one.name}]({one.name}.py) | {one.title} | {one.minutes} |" for one in held
    ]
    table = "\n".join(["| file | title | minutes and points |", "|---|---|---|", *rows])
    text = (REPOSITORY / "README.md").read_text("utf-8")
    return text.replace("EXAMPLE", held[0].slug).replace("TABLE", table)


def pins() -> str:
    """The versions that the book is tested with, without hashes or addresses."""
    pins = _PIN.findall((ROOT / "requirements.txt").read_text("utf-8"))
    lines = [
        f"{name}=={version}" + (f" ; {where}" if where else "")
        for name, version, where in pins
    ]
    return "# The versions that the checks are tested with.\n" + "\n".join(lines) + "\n"


def requirements(wheel: str, beside: list[str], sources: list[str]) -> str:
    """The text of ``requirements.txt``: the wheel, and what there must be beside it.

    Parameters
    ----------
    wheel
        Its file's name, in ``wheels/``.
    beside
        Names of distributions.
    sources
        Python code; what it imports is needed too.
    """
    names = [*beside, *sorted(_imported(sources) - set(beside))]
    return "\n".join(["-c constraints.txt", f"./wheels/{wheel}[{EXTRAS}]", *names, ""])


def _imported(sources: list[str]) -> set[str]:
    """The distributions that code imports, beside asyncwith."""
    modules = set[str]()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.partition(".")[0])
    known = importlib.metadata.packages_distributions()
    others = modules - sys.stdlib_module_names - {"asyncwith"}
    return {known[module][0].lower() for module in others}
