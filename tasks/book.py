"""Build the online book, warnings as errors, and serve it on loopback.

python3 run.py book                build, serve, open a browser
python3 run.py book --no-browser   build and serve
python3 run.py book --no-serve     only build: _build/html
"""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import os
import re
import subprocess
import sys
import webbrowser
import zipfile
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import TypeAlias

import yaml
from packaging.utils import canonicalize_name, parse_wheel_filename

from tasks import _lite, _missing, _previews, _site
from tasks import browser as tier
from tasks._selection import ROOT

Toc: TypeAlias = "dict[str, Toc] | list[Toc] | str | int"
SITE = ROOT / "_build" / "html"
NOT_SERVED = ("esbuild", "typescript", "axe-core")  # JavaScript used to build and test


def pages(toc: Path = ROOT / "_toc.yml") -> list[str]:
    """The pages that _toc.yml names, in reading order, without suffix."""
    found: list[str] = []

    def visit(node: Toc) -> None:
        if isinstance(node, dict):
            for key in ("root", "file"):
                if key in node:
                    found.append(str(node[key]))
            for value in node.values():
                visit(value)
        elif isinstance(node, list):
            for value in node:
                visit(value)

    visit(yaml.safe_load(toc.read_text(encoding="utf-8")))
    return found


def build(everything: bool = False) -> int:
    """Build _build/html; 0 only if there was no warning and no page is missing."""
    program = Path(sys.executable).with_name("jupyter-book")
    command = [str(program), "build", str(ROOT)]
    command += ["--warningiserror", "--nitpick", "--keep-going", "--quiet"]
    if everything:
        command.append("--all")
    code = subprocess.run(command, cwd=ROOT).returncode
    if code:
        print("The book was not built: each warning above is an error.")
        return code
    missing = [page for page in pages() if not (SITE / f"{page}.html").is_file()]
    if missing:
        print(f"_toc.yml names pages that were not built: {', '.join(missing)}")
        return 1
    tier.build()
    _site.finish(SITE, tier.BUILT, _lite.BUILT / "site")
    _missing.write(SITE, pages(), _site.policy)
    if address := os.environ.get("ASYNCWITH_SITE"):
        try:
            _previews.write(SITE, pages(), address.rstrip("/") + "/")
        except _previews.NoChromium as problem:
            print(problem, file=sys.stderr)
            return 2
    write_notices(SITE / "third-party-notices.txt")
    print(f"built {len(pages())} of {len(pages())} pages: {SITE / 'index.html'}")
    return 0


def write_notices(path: Path) -> None:
    """The licences of everything that the book is built with and runs on."""
    command = [sys.executable, "-m", "piplicenses", "--format=plain-vertical"]
    command += ["--with-license-file", "--no-license-path", "--with-urls"]
    command += ["--ignore-packages", "asyncwith"]
    notices = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    served = [*scripts_notices(), *browsers_notices()]
    path.write_text(notices + "\n".join(served), encoding="utf-8")


def scripts_notices() -> Iterator[str]:
    """The same of the JavaScript packages that readers get."""
    lock = json.loads((tier.SOURCE / "package-lock.json").read_text("utf-8"))
    for place, package in lock["packages"].items():
        folder = tier.SOURCE / place
        if not place or not folder.is_dir() or place.endswith(NOT_SERVED):
            continue
        yield f"\n{place.removeprefix('node_modules/')}\n{package['version']}"
        yield package.get("license", "")
        for text in sorted(folder.glob("LICEN[CS]E*")):
            yield text.read_text(encoding="utf-8")


def browsers_notices() -> Iterator[str]:
    """The same of wheels that only a browser gets, and of what npm says too little."""
    installed = {canonicalize_name(each.name) for each in distributions()}
    for wheel in sorted(tier.WHEELS.glob("*.whl")):
        name, version, *_ = parse_wheel_filename(wheel.name)
        if name in installed:
            continue
        yield f"\n{name}\n{version}"
        with zipfile.ZipFile(wheel) as archive:
            for part in archive.namelist():
                if re.search(r"\.dist-info/(.*/)?LICEN[CS]E", part):
                    yield archive.read(part).decode()
    for text in sorted((tier.SOURCE / "licences").glob("*.txt")):
        yield "\n" + text.read_text(encoding="utf-8")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files; only says what was not found."""

    def log_request(self, code: object = "-", size: object = "-") -> None:
        if str(code).startswith(("4", "5")):
            super().log_request(code, size)  # type: ignore[arg-type]


def serve(port: int, browser: bool) -> int:
    handler = functools.partial(Quiet, directory=str(SITE))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        print(
            f"Port {port} cannot be used ({os.strerror(error.errno or 0)}): "
            "choose another with --port, or let one be found with --port 0.",
            file=sys.stderr,
        )
        return 2
    with server:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        print(f"serving {address} (Ctrl-C ends it)", flush=True)
        if browser:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
    return 0


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="run.py book",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--no-serve", action="store_true", help="only build")
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    parser.add_argument("--all", action="store_true", help="build every page anew")
    parser.add_argument("--port", type=int, default=8000, help="0: any free (8000)")
    options = parser.parse_args(argv)
    code = build(options.all)
    if code or options.no_serve:
        return code
    return serve(options.port, not options.no_browser)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
