"""Serves the built site as a plain file host does: under a sub-path, no headers.

A test may have it send the two headers of isolation, put other files in the place
of the site's, refuse some, and look at what was asked for.
"""

from __future__ import annotations

import gzip
import http.server
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tasks.book import SITE

PREFIX = "/async-with/"
ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
COMPRESSED = ("text/", "application/javascript", "application/wasm", "application/json")
mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("application/wasm", ".wasm")


@dataclass
class Published:
    """A site that is being served, and what a test may change about it."""

    address: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    instead: dict[str, bytes] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)

    def page(self, name: str) -> str:
        return f"{self.address}{name}.html"


@cache
def packed(path: Path, _changed: int) -> bytes:
    """A file as a host sends it that compresses."""
    return gzip.compress(path.read_bytes(), 6, mtime=0)


@contextmanager
def publish(site: Path = SITE) -> Iterator[Published]:
    """Serve a site on loopback, each time from an origin of its own."""
    published = Published()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            way = self.path.partition("?")[0]
            name = way.removeprefix(PREFIX)
            published.asked.append(name)
            path = site / name
            if path.is_dir():
                name, path = f"{name}index.html", path / "index.html"
            inside = way.startswith(PREFIX) and name not in published.refused
            if not inside or not (name in published.instead or path.is_file()):
                self.answer(404, "text/plain", b"not found")
                return
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            if name in published.instead:
                self.answer(200, kind, published.instead[name])
            elif kind.startswith(COMPRESSED):
                body = packed(path, path.stat().st_mtime_ns)
                self.answer(200, kind, body, {"Content-Encoding": "gzip"})
            else:
                self.answer(200, kind, path.read_bytes())
            published.sent[name] = published.sent.get(name, 0) + self.length

        def answer(
            self, code: int, kind: str, body: bytes, more: dict[str, str] | None = None
        ) -> None:
            self.length = len(body)
            self.send_response(code)
            headers = {"Content-Type": kind, "Content-Length": str(len(body))}
            for header in {**headers, **published.headers, **(more or {})}.items():
                self.send_header(*header)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a page that was closed while it loaded

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    published.address = f"http://127.0.0.1:{server.server_address[1]}{PREFIX}"
    try:
        yield published
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
