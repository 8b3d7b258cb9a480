"""An address without a page leads to pages, at any depth and below any path."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tasks import _missing
from tasks.book import SITE, pages


class Host(http.server.SimpleHTTPRequestHandler):
    """A plain file host: below a path, and with the site's page for missing ones."""

    def log_message(self, format: str, *args: object) -> None:
        pass

    def translate_path(self, path: str) -> str:
        below = path.removeprefix("/books/async-with/")
        return super().translate_path("/" + below) if below != path else "/none"

    def send_error(
        self, code: int, message: str | None = None, explain: str | None = None
    ) -> None:
        body = (SITE / "404.html").read_bytes()
        self.send_response(HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    handler = functools.partial(Host, directory=str(SITE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/books/async-with/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 375, "height": 700})
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert not said


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("notebooks/13_transaction.html", "notebooks/13_transactions.html"),
        ("notebooks/very/deep/07_cancelation.html", "notebooks/07_cancellation.html"),
        ("Glosary", "book/glossary.html"),
        ("the-error-museum/", "notebooks/museum.html"),
    ],
)
def test_a_mistaken_address_gets_the_page_that_was_meant(
    host: str, page: Page, asked: str, first: str
) -> None:
    page.goto(host + asked)
    page.wait_for_selector("#near li")
    links = page.locator("#near a")
    assert links.first.get_attribute("href") == f"/books/async-with/{first}"
    assert links.count() <= 5
    home = page.locator("#home").get_attribute("href")
    assert home == "/books/async-with/"
    links.first.click()
    page.wait_for_selector("article h1")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 375


def test_nonsense_gets_the_front_page_alone(host: str, page: Page) -> None:
    page.goto(host + "qqqq/zzzz")
    expect(page.locator("#home")).not_to_have_attribute("href", "/")
    assert page.locator("#near").is_hidden()
    assert page.locator("#asked").text_content() == "/books/async-with/qqqq/zzzz"


def test_the_list_has_each_page_with_its_title() -> None:
    listed = json.loads((SITE / "pages.json").read_text("utf-8"))
    assert [path for path, _ in listed] == [f"{name}.html" for name in pages()]
    assert dict(listed)["notebooks/03_protocol.html"] == "3. The protocol"


@pytest.mark.parametrize("short", _missing.SHORT)
def test_a_short_address_leads_to_its_page(host: str, page: Page, short: str) -> None:
    page.goto(f"{host}{short}.html")
    page.wait_for_url(host + _missing.SHORT[short])


def test_a_page_without_a_title_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>")
    with pytest.raises(ValueError, match="without <h1>"):
        _missing.write(tmp_path, ["a"], str)
