"""Nothing comes from outside and nothing gets there, though another host answers."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import expect

from tasks import _site
from tasks.book import SITE, pages
from tests.browser.conftest import OpenPage
from tests.browser.publishing import Published
from tests.browser.steps import cell, output, press, state, write

CHAPTER = "notebooks/03_protocol"


@dataclass
class Outside:
    """Another host: it allows everything, and notes who came."""

    address: str = ""
    visits: list[str] = field(default_factory=list)


@pytest.fixture
def outside() -> Iterator[Outside]:
    other = Outside()

    class Open(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            other.visits.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
            self.send_header("Content-Type", "text/javascript")
            self.end_headers()
            self.wfile.write(b"self.reached = true;")

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Open)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    other.address = f"http://127.0.0.1:{server.server_address[1]}/"
    yield other
    server.shutdown()
    server.server_close()
    thread.join()


WAYS_OUT_OF_PYTHON = """
import asyncio, js
from pyodide.ffi import create_once_callable, to_js

def event(target, good, bad="onerror"):
    future = asyncio.get_running_loop().create_future()
    def settle(how, value):
        return lambda *event: future.done() or getattr(future, how)(value)
    setattr(target, good, settle("set_result", True))
    setattr(target, bad, settle("set_exception", OSError("refused")))
    return future

def request(to):
    made = js.XMLHttpRequest.new()
    made.open("GET", to + "xhr")
    done = event(made, "onload")
    made.send()
    return done

def worker(to, how, kind="module"):
    code = how.replace("TO", to) + "; postMessage(1)"
    kind = js.Object.fromEntries(to_js([("type", kind)]))
    text = js.Object.fromEntries(to_js([("type", "text/javascript")]))
    address = js.URL.createObjectURL(js.Blob.new(to_js([code]), text))
    return event(js.Worker.new(address, kind), "onmessage")

ways = {
    "fetch": lambda to: js.fetch(to + "fetch"),
    "request": request,
    "socket": lambda to: event(js.WebSocket.new(to.replace("http", "ws")), "onopen"),
    "events": lambda to: event(js.EventSource.new(to + "events"), "onopen"),
    "worker's import": lambda to: worker(to, "import 'TOmodule.js'"),
    "worker's fetch": lambda to: worker(to, "await fetch('TOworker')"),
    "worker's script": lambda to: worker(to, "importScripts('TOmodule.js')", "classic"),
}
for name, way in ways.items():
    try:
        await asyncio.wait_for(way("TO"), 5)
    except Exception as error:
        print(name, "no")
    else:
        print(name, "yes")
"""


def test_code_in_the_worker_cannot_reach_another_host(
    site: Published, outside: Outside, open_page: OpenPage
) -> None:
    page = open_page(site.page(CHAPTER), may_fail=True)
    found = cell(page, "imports")
    # What reaches its own site shows that these are ways at all.
    for name in ("fetch", "xhr", "worker"):
        site.instead[name] = b"here"
    site.instead["module.js"] = b"self.reached = true;"
    write(found, WAYS_OUT_OF_PYTHON.replace("TO", site.address))
    press(found, "Run")
    state(found, "ok", timeout=60_000)
    here = dict(line.rsplit(" ", 1) for line in output(found).splitlines())
    assert [name for name, reached in here.items() if reached == "no"] == [
        "socket",  # of this site, which has none
        "events",
    ]
    write(found, WAYS_OUT_OF_PYTHON.replace("TO", outside.address))
    press(found, "Run")
    state(found, "ok")
    there = dict(line.rsplit(" ", 1) for line in output(found).splitlines())
    assert there == dict.fromkeys(here, "no")
    assert outside.visits == []


def test_the_page_cannot_either(
    site: Published, outside: Outside, open_page: OpenPage
) -> None:
    page = open_page(site.page(CHAPTER))
    went = page.evaluate(
        """async (to) => {
            const ways = {
                fetch: () => fetch(to + "fetch"),
                beacon: async () => navigator.sendBeacon(to + "beacon"),
                script: () => add("script", "src"),
                image: () => add("img", "src"),
                frame: () => add("iframe", "src"),
                style: () => add("link", "href", { rel: "stylesheet" }),
                module: () => import(to + "module"),
            };
            const add = (tag, where, more = {}) => new Promise((yes, no) => {
                const made = Object.assign(document.createElement(tag), more);
                made.onload = tag === "iframe" ? no : yes;
                made.onerror = no;
                made[where] = to + tag;
                document.body.append(made);
                setTimeout(no, 1000);
            });
            const went = [];
            for (const [name, way] of Object.entries(ways))
                await way().then(() => went.push(name), () => {});
            return went;
        }""",
        outside.address,
    )
    page.wait_for_timeout(300)
    # A beacon that is refused is still said to be sent: what counts are visits.
    assert [way for way in went if way != "beacon"] == []
    assert outside.visits == []


def test_the_other_host_answers_where_no_policy_forbids_it(
    site: Published, outside: Outside, open_page: OpenPage
) -> None:
    site.instead["free.html"] = b"<!doctype html><title>no policy</title>"
    page = open_page(f"{site.address}free.html")
    assert page.evaluate("(to) => fetch(to).then((r) => r.text())", outside.address)
    page.evaluate(
        """(to) => Promise.all([
            new Promise((over) => {
                const socket = new WebSocket(to.replace("http", "ws") + "socket");
                socket.onerror = over;  // it has come, and was not understood
            }),
            new Promise((over, failed) => {
                const code = `importScripts("${to}script"); postMessage(1)`;
                const made = new Worker(URL.createObjectURL(new Blob([code])));
                made.onmessage = over;
                made.onerror = failed;
            }),
        ]).then(() => true)""",
        outside.address,
    )
    assert sorted(outside.visits) == ["/", "/script", "/socket"]


def test_eval_and_inline_scripts_are_refused(
    site: Published, open_page: OpenPage
) -> None:
    site.instead["probe.js"] = b"""
        const made = document.createElement("script");
        made.textContent = "document.body.dataset.inline = 'ran'";
        document.body.append(made);
        try { (0, eval)("1 + 1"); } catch (error) { document.title = error.name; }
    """
    page = open_page(site.page(CHAPTER))
    page.evaluate(
        "(src) => document.body.append("
        "Object.assign(document.createElement('script'), { src }))",
        f"{site.address}probe.js",
    )
    expect(page).to_have_title("EvalError")
    assert page.locator("body").get_attribute("data-inline") is None


@pytest.mark.parametrize("name", pages())
def test_each_page_carries_the_policy_and_names_no_other_host(name: str) -> None:
    text = (SITE / f"{name}.html").read_text(encoding="utf-8")
    begin = text[: text.index("<script")]
    assert begin.count('http-equiv="Content-Security-Policy"') == 1
    assert _site.policy(text) in text
    assert "unsafe-eval" not in _site.policy(text).replace("wasm-unsafe-eval", "")
    loaded = re.findall(r"<(?:script|img|iframe)[^>]* src=\"([^\"]*)\"", text)
    loaded += re.findall(r"<link[^>]* href=\"([^\"]*)\"", text)
    assert [address for address in loaded if "//" in address] == []
    assert not re.search(r'\son\w+="', text)


def test_finishing_a_page_twice_changes_nothing() -> None:
    versions = {"main.js": "1", "page.css": "2"}
    page = (
        '<html><head>\n<meta charset="utf-8" />\n<script>let a = 1</script></head>'
        '<button onclick="window.print()"></button></html>'
    )
    once = _site.finished(page, "../", versions)
    assert _site.finished(once, "../", versions) == once
    assert 'data-aw-do="print"' in once and "'sha256-" in once


def test_the_theme_s_buttons_still_work(fake: Published, open_page: OpenPage) -> None:
    page = open_page(
        fake.page(CHAPTER), script="window.print = () => (document.title = 'printed')"
    )
    page.get_by_role("button", name="Download this page").click()
    page.locator("[data-aw-do=print]").click()
    expect(page).to_have_title("printed")
    page.locator("[data-aw-do=full-screen]").click()
    page.wait_for_timeout(300)
    assert page.evaluate("document.fullscreenElement !== null")


def test_a_page_is_small_until_something_runs(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(CHAPTER))
    page.wait_for_load_state("networkidle")
    assert sum(fake.sent.values()) < 500_000


def test_no_file_is_too_large_for_a_plain_host() -> None:
    sizes = {path: path.stat().st_size for path in SITE.rglob("*") if path.is_file()}
    assert max(sizes.values()) < 25_000_000
    assert sum(sizes.values()) < 150_000_000
    assert [path for path in sizes if path.suffix == ".map"] == []
