"""Write the book to take away: PDF, EPUB, the cheat sheet, and a zip to work in.

    python3 run.py takeaway              all of it, into _build/takeaway
    python3 run.py takeaway pdf epub     only these
    python3 run.py takeaway --out DIR    into another folder

They come from the built site (`python3 run.py book --no-serve`; built here if there
is none), so that they say what it says. PDF and cheat sheet need Chromium.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from packaging.requirements import Requirement
from playwright.sync_api import Browser, sync_playwright

from asyncwith.catalogue import exercises as catalogue
from asyncwith.cli.progress import starter_file
from classroom import bundle
from tasks import _articles, _epub, _pdf, book, exercises
from tasks._chromium import FLAGS, program
from tasks._selection import ROOT
from tasks.book import SITE

OUT = ROOT / "_build" / "takeaway"
LARGEST = 25_000_000  # bytes of a file
BUILDERS = ("jupyter-book", "jupyterlite")  # of the site: the notebooks need none
README = """\
# async with: notebooks and exercises

You need Python 3.11 or later, on Linux or macOS. Once:

    python3 -m venv .venv
    . .venv/bin/activate
    pip install -r requirements.txt

Then `jupyter lab notebooks` opens the chapters and their exercises; PostgreSQL comes
with the packages, and starts with the first cell that needs it. In a shell,
`asyncwith watch exercises` checks the files of that folder each time you save one.
"""


class NoChromium(Exception):
    """There is no browser that could print."""


@contextmanager
def chromium() -> Generator[Browser]:
    """The machine's Chromium."""
    path = program()
    if path is None:
        raise NoChromium(
            "There is no Chromium on this machine, and it prints the PDF: install "
            "`chromium`, or write the rest by\n\n"
            "    python3 run.py takeaway epub zip"
        )
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def pdf(to: Path) -> str:
    with chromium() as browser:
        pages = _pdf.write_pdf(_articles.articles(SITE), SITE, browser, to)
    return f"{pages} pages"


def epub(to: Path) -> str:
    found = _articles.articles(SITE)
    _epub.write_epub(found, SITE, to)
    return f"{len(found)} articles"


def sheet(to: Path) -> str:
    with chromium() as browser:
        _pdf.write_sheet(browser, to)
    return "the cheat sheet"


def to_work_in(to: Path) -> str:
    """The notebooks, the exercises unsolved; a starter file for each exercise."""
    name = to.stem
    files = {"README.md": README, "constraints.txt": bundle.pins()}
    for place, notebook in exercises.released():
        files[f"notebooks/{place}"] = nbformat.writes(notebook)
    files |= {f"exercises/{one.name}.py": starter_file(one) for one in catalogue()}
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        wheel = bundle.build_wheel(Path(folder))
        archive.write(wheel, f"{name}/wheels/{wheel.name}")
        files["requirements.txt"] = bundle.requirements(wheel.name, needed(), [])
        for place, text in files.items():
            archive.writestr(f"{name}/{place}", text)
    return f"{len(files)} files"


def needed() -> list[str]:
    """What the notebooks need beside the package: the group without the builders."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    group = [
        Requirement(line) for line in tomllib.loads(text)["dependency-groups"]["book"]
    ]
    return [one.name for one in group if not one.name.startswith(BUILDERS)]


KINDS: dict[str, tuple[str, Callable[[Path], str]]] = {
    "pdf": ("async-with-{}.pdf", pdf),
    "epub": ("async-with-{}.epub", epub),
    "zip": ("async-with-{}-notebooks.zip", to_work_in),
    "cheatsheet": ("async-with-{}-cheatsheet.pdf", sheet),
}


def write(kinds: list[str], out: Path) -> int:
    """Write these kinds; 0 if each is small enough."""
    version, _ = _articles.version(SITE)
    out.mkdir(parents=True, exist_ok=True)
    code = 0
    for kind in kinds:
        name, make = KINDS[kind]
        path = out / name.format(version)
        print(f"writing {path.name} ...", flush=True)
        begun = time.monotonic()
        said = make(path)
        size = path.stat().st_size
        seconds = time.monotonic() - begun
        print(f"  {said}, {size / 1e6:.1f} MB, {seconds:.0f} s", flush=True)
        if size > LARGEST:
            print(f"  Too large: {LARGEST / 1e6:.0f} MB at most.", file=sys.stderr)
            code = 1
    print(out)
    return code


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="run.py takeaway",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--out", type=Path, default=OUT, help="the folder")
    options = parser.parse_args(argv)
    for kind in options.kinds:
        if kind not in KINDS:
            parser.error(f"there is no {kind!r}; there are {', '.join(KINDS)}")
    if not (SITE / "book" / "index.html").is_file() and (code := book.build()):
        return code
    try:
        return write(options.kinds or list(KINDS), options.out)
    except NoChromium as problem:
        print(problem, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
