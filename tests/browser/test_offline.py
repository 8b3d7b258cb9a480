"""The service worker: what was used is there in a train, and builds never mix."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tasks.book import SITE
from tests.browser.conftest import OpenPage
from tests.browser.publishing import Published
from tests.browser.steps import cell, code, output, press, state, write

CHAPTER = "notebooks/03_protocol"

KEPT = """async (name) => {
    for (const each of await caches.keys()) {
        const cache = await caches.open(each);
        for (const request of await cache.keys())
            if (request.url.includes(name)) return true;
    }
    return false;
}"""


PAGES_KEPT = """async () => {
    const cache = await caches.open("async-with");
    const names = (await cache.keys()).map((request) => request.url);
    return names.filter((name) => name.includes("03_protocol.html"));
}"""


def wait_until_kept(page: Page, *names: str) -> None:
    for name in names:
        for _ in range(200):
            if page.evaluate(KEPT, name):
                break
            page.wait_for_timeout(100)
        else:
            pytest.fail(f"{name} is not kept")


def test_what_was_used_is_there_without_a_network(
    site: Published, open_page: OpenPage
) -> None:
    page = open_page(site.page(CHAPTER), service_workers="allow")
    wait_until_kept(page, "03_protocol.html", "main.js")
    found = cell(page, "imports")
    press(found, "Run")
    state(found, "ok", timeout=60_000)
    wait_until_kept(page, "pyodide.asm.wasm", "editor-", "python_stdlib")
    address = site.page("notebooks/02_asyncio")
    site.refused.update(site.sent)  # the host is gone, also for the service worker
    page.context.set_offline(True)
    page.reload()
    assert page.evaluate("crossOriginIsolated"), "so that Stop can interrupt"
    write(found, "print(2 + 2)")
    press(found, "Run")
    state(found, "ok", timeout=60_000)
    assert output(found) == "4\n"
    site.refused.add("notebooks/02_asyncio.html")
    page.goto(address)
    expect(page.locator("h1")).to_have_text("This page was not read yet")


def test_a_new_build_replaces_the_old_one_as_a_whole(
    fake: Published, contexts: Callable[..., BrowserContext]
) -> None:
    page = contexts(service_workers="allow").new_page()
    page.goto(fake.page(CHAPTER))
    wait_until_kept(page, "03_protocol.html", "main.js")
    digest, address = publish_another(fake), fake.page(CHAPTER)
    other = page.context.new_page()  # a page that was not kept: from the new build
    other.goto(fake.page("notebooks/02_asyncio"))
    expect(other.locator("#new-build")).to_be_attached()
    # Asked for from an open page: Playwright holds back navigations after a service
    # worker has been replaced, which a Chromium without it does not. Seldom,
    # because a new one waits until the old one has nothing to do.
    kept: list[str] = []
    for _ in range(10):
        other.wait_for_timeout(2000)
        other.evaluate("(page) => fetch(page).then((answer) => answer.text())", address)
        kept = other.evaluate(PAGES_KEPT)
        if len(kept) == 1 and kept[0].endswith(digest):
            break
    assert [each.rpartition("=")[2] for each in kept] == [digest], "the old one goes"


def publish_another(site: Published) -> str:
    """Serve pages and a service worker of another build; return a page's digest."""
    worker = (SITE / "service-worker.js").read_text(encoding="utf-8")
    digest = ""
    for name in ("notebooks/02_asyncio", CHAPTER):
        text = (SITE / f"{name}.html").read_bytes()
        text = text.replace(b"</h1>", b'</h1><i id="new-build"></i>', 1)
        site.instead[f"{name}.html"] = text
        digest = hashlib.sha256(text).hexdigest()[:32]
        worker, n = re.subn(rf'("{name}\.html": ")[0-9a-f]+', rf"\g<1>{digest}", worker)
        assert n == 1
    site.instead["service-worker.js"] = worker.encode()
    return digest


def test_a_part_of_another_build_is_not_given_to_a_page(
    fake: Published, contexts: Callable[..., BrowserContext]
) -> None:
    page = contexts(service_workers="allow").new_page()
    page.goto(fake.page(CHAPTER))
    wait_until_kept(page, "03_protocol.html", "main.js")
    page.reload()  # now under the service worker
    for path in (SITE / "browser" / "page").glob("editor-*.js"):
        fake.instead[path.relative_to(SITE).as_posix()] = b"document.title = 'mixed'"
    code(cell(page, "imports")).click()
    expect(cell(page, "imports").locator(".aw-notice")).to_contain_text(
        "this page is older than the site"
    )
    assert page.title() != "mixed"
