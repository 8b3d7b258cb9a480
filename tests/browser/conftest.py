"""One Chromium for the browser tier's tests: workers, and pages of the built site."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tasks._chromium import FLAGS, program
from tasks.book import SITE
from tasks.browser import BUILT
from tests.browser.publishing import Published, publish
from tests.browser.worker_page import Worker, served
from tests.site.conftest import chromium

__all__ = ["chromium"]

FAKE = Path(__file__).with_name("fake_worker.mjs")
WORKER = "browser/runtime/worker.mjs"

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def built() -> None:
    """`run.py browser` has been run since the sources changed."""
    if not (BUILT / "runtime" / "contents.json").is_file():
        pytest.fail("Not built: python3 run.py browser")


@pytest.fixture(scope="session")
def address(built: None) -> Iterator[str]:
    """A page with nothing but a worker, without headers."""
    with served() as address:
        yield address


@pytest.fixture(scope="session")
def isolated_address(built: None) -> Iterator[str]:
    """The same with the headers that allow shared memory."""
    with served(isolated=True) as address:
        yield address


@pytest.fixture(scope="session")
def context(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """A browser with a profile, which keeps Python's machine code between workers."""
    context = chromium.browser_type.launch_persistent_context(
        tmp_path_factory.mktemp("profile"),
        executable_path=program(),
        args=FLAGS,
    )
    context.set_default_timeout(1000 * int(os.environ.get("ASYNCWITH_PATIENCE", "60")))
    yield context
    context.close()


@pytest.fixture(scope="module")
def worker(context: BrowserContext, address: str) -> Iterator[Worker]:
    """A worker for the tests of one module."""
    worker = Worker(context, address)
    yield worker
    worker.close()


@pytest.fixture
def new_worker(
    context: BrowserContext, address: str
) -> Iterator[Callable[..., Worker]]:
    """Makes workers, and closes their pages after the test."""
    made: list[Worker] = []

    def make(**options: bool) -> Worker:
        made.append(Worker(context, address, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


# -- pages of the built site ------------------------------------------------


@pytest.fixture
def site() -> Iterator[Published]:
    """The built site."""
    if not (SITE / "service-worker.js").is_file():
        pytest.fail("The site is not built: python3 run.py book --no-serve")
    with publish() as published:
        yield published


@pytest.fixture
def fake(site: Published) -> Published:
    """The built site with a worker that does what a cell's comments tell it."""
    site.instead[WORKER] = FAKE.read_bytes()
    return site


@pytest.fixture
def contexts(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes contexts, that is browsers with a storage of their own."""
    made: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        made.append(chromium.new_context(**options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for context in made:
        context.close()


@pytest.fixture
def open_page(contexts: Callable[..., BrowserContext]) -> Iterator[OpenPage]:
    """Opens a page; afterwards it must not have raised an error nobody expected."""
    errors: list[str] = []

    def make(
        address: str,
        *,
        context: BrowserContext | None = None,
        script: str = "",
        may_fail: bool = False,
        **options: object,
    ) -> Page:
        options.setdefault("viewport", {"width": 1000, "height": 800})
        options.setdefault("service_workers", "block")
        page = (context or contexts(**options)).new_page()
        page.set_default_timeout(20_000)
        if not may_fail:
            page.on("pageerror", lambda error: errors.append(str(error)))
        if script:
            page.add_init_script(script)
        page.goto(address)
        return page

    yield make
    assert errors == []
