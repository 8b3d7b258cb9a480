"""A page with one worker and nothing else, driven from tests.

It is served as the book is: under a sub-path and without headers, with the
book's Content-Security-Policy, the worker started as a blob that imports it.
"""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from playwright.sync_api import BrowserContext, Page

from tasks.browser import BUILT

PREFIX = "/async-with/browser/"
POLICY = (
    "default-src 'self'; script-src 'self' blob: 'wasm-unsafe-eval'; "
    "worker-src blob:; connect-src 'self'; img-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'"
)
PAGE = f"""<!doctype html><meta charset="utf-8"><title>a worker</title>
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<script src="page.js"></script>"""
SCRIPT = """
const base = new URL("runtime/", location.href).href;
const withoutJspi = location.search.includes("without-jspi");
const code = `
  ${withoutJspi ? "delete WebAssembly.Suspending; delete WebAssembly.promising;" : ""}
  self.early = [];
  self.onmessage = (event) => self.early.push(event);
  import(${JSON.stringify(base + "worker.mjs")});
`;
const blob = new Blob([code], { type: "text/javascript" });
window.messages = [];
window.waiting = [];
window.worker = new Worker(URL.createObjectURL(blob), { type: "module" });
window.hear = (message) => {
  messages.push(message);
  waiting = waiting.filter(({ ends, resolve }) => !(ends(message) && resolve(message)));
};
worker.onmessage = ({ data }) => hear(data);
worker.onerror = (event) => hear({ type: "failed", reason: event.message });
window.until = (ends) =>
  new Promise((resolve) => waiting.push({ ends, resolve: (m) => (resolve(m), true) }));
window.begin = (interrupt) => {
  const began = until((m) => m.type === "ready" || m.type === "failed");
  window.interrupt = interrupt ? new SharedArrayBuffer(1) : null;
  worker.postMessage({ type: "start", base, interrupt: window.interrupt });
  return began;
};
window.post = (order) => worker.postMessage(order);
window.result = async (id) => {
  if (!messages.some((m) => m.id === id && m.type === "done")) {
    await until((m) => m.type === "failed" || (m.id === id && m.type === "done"));
  }
  const mine = messages.filter((m) => m.id === id);
  return {
    outputs: mine.filter((m) => m.type === "output").map((m) => m.output),
    done: mine.find((m) => m.type === "done"),
  };
};
"""
ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}


class Site(http.server.SimpleHTTPRequestHandler):
    """_build/browser under a sub-path, and the page."""

    isolated = False
    extensions_map: ClassVar = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        written = {"": PAGE, "page.js": SCRIPT}.get(path.removeprefix(PREFIX))
        if written is not None:
            kind = "text/javascript" if path.endswith(".js") else "text/html"
            data = written.encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            return
        if not path.startswith(PREFIX):
            self.send_error(404)
            return
        self.path = "/" + path.removeprefix(PREFIX)
        super().do_GET()

    def end_headers(self) -> None:
        if self.isolated:
            for name, value in ISOLATION.items():
                self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(*, isolated: bool = False) -> Iterator[str]:
    """The address of the page."""
    handler = type("Isolated", (Site,), {"isolated": True}) if isolated else Site
    serve = functools.partial(handler, directory=str(BUILT))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{PREFIX}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Worker:
    """A worker in a page of its own: `run` gives a cell's outputs.

    Parameters
    ----------
    context
        Where the page is opened; its cache is shared with other pages.
    address
        Of the page.
    interrupts
        Whether the worker gets an interrupt buffer: needs an isolated page.
    jspi
        Whether WebAssembly may wait for promises, as in Chromium; not in others.
    """

    def __init__(
        self,
        context: BrowserContext,
        address: str,
        *,
        interrupts: bool = False,
        jspi: bool = True,
    ) -> None:
        self.page: Page = context.new_page()
        self.console: list[str] = []
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.goto(address + ("" if jspi else "?without-jspi"))
        self._last = 0
        began = self.page.evaluate("interrupts => begin(interrupts)", interrupts)
        if began["type"] == "failed":
            raise RuntimeError(began["reason"])

    def post(self, source: str, *, notebook: str = "test", draw: bool = False) -> str:
        """Ask for a cell to be run; the id under which it answers."""
        self._last += 1
        order = {"type": "run", "id": f"run-{self._last}", "notebook": notebook}
        order |= {"cell": "cell", "source": source, "draw": draw}  # type: ignore[dict-item]
        self.page.evaluate("order => post(order)", order)
        return f"run-{self._last}"

    def result(self, identity: str) -> Result:
        """The outputs of a cell, when it has ended."""
        return Result(self.page.evaluate("id => result(id)", identity))

    def result_within(self, identity: str, seconds: float) -> Result | None:
        """The same, or None if it has not ended after so many seconds."""
        code = """([id, limit]) => Promise.race([
            result(id), new Promise((resolve) => setTimeout(resolve, limit, null))
        ])"""
        message = self.page.evaluate(code, [identity, seconds * 1000])
        return None if message is None else Result(message)

    def run(self, source: str, *, notebook: str = "test", draw: bool = False) -> Result:
        return self.result(self.post(source, notebook=notebook, draw=draw))

    def stop(self) -> None:
        self.page.evaluate("() => post({ type: 'stop' })")

    def messages(self) -> list[dict[str, Any]]:
        return self.page.evaluate("() => messages")

    def close(self) -> None:
        self.page.close()


class Result:
    """What a cell said, and how it ended."""

    def __init__(self, message: dict[str, Any]) -> None:
        self.outputs: list[dict[str, Any]] = message["outputs"]
        done = message["done"] or {"status": "failed", "count": None, "seconds": 0}
        self.status: str = done["status"]
        self.count: int | None = done["count"]
        self.seconds: float = done["seconds"]

    @property
    def text(self) -> str:
        """Everything that was printed, or shown as text."""
        shown = ""
        for output in self.outputs:
            if output["output_type"] == "stream":
                shown += output["text"]
            elif output["output_type"] == "error":
                shown += "\n".join(output["traceback"]) + "\n"
            else:
                shown += output["data"].get("text/plain", "") + "\n"
        return shown
