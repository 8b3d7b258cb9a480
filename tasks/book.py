"""Build the online book, warnings as errors, and serve it on loopback.

python3 run.py book                build, serve, open a browser
python3 run.py book --no-browser   build and serve
python3 run.py book --no-serve     only build: _build/html
"""

from __future__ import annotations

import argparse
import functools
import http.server
import os
import subprocess
import sys
import webbrowser
from pathlib import Path

import yaml

from tasks._selection import ROOT

SITE = ROOT / "_build" / "html"


def pages(toc: Path = ROOT / "_toc.yml") -> list[str]:
    """The pages that _toc.yml names, in reading order, without suffix."""
    found: list[str] = []

    def visit(node: object) -> None:
        if isinstance(node, dict):
            for key in ("root", "file"):
                if key in node:
                    found.append(node[key])
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
    write_notices(SITE / "third-party-notices.txt")
    print(f"built {len(pages())} of {len(pages())} pages: {SITE / 'index.html'}")
    return 0


def write_notices(path: Path) -> None:
    """The licences of everything that the book is built with and runs on."""
    command = [sys.executable, "-m", "piplicenses", "--format=plain-vertical"]
    command += ["--with-license-file", "--no-license-path", "--with-urls"]
    command += ["--ignore-packages", "asyncwith"]
    notices = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    path.write_text(notices, encoding="utf-8")


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
