"""Measure what a reader waits for and loads: python -m tests.browser.measure [ROUNDS].

Medians over loopback: seconds from the click to the output, cold (a new profile) and
warm (a new page, files kept), by kind of cell; the second run; compressed bytes. Then
the same cell beside JupyterLite's notebook, which loads Python when it is opened: from
opening the page to the output. The site must be built; the load of the machine stands
in the last line.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import tempfile
import time

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tasks._chromium import FLAGS, program
from tests.browser.publishing import Published, publish
from tests.browser.steps import cell, press, state, write

PAGE = "notebooks/03_protocol"
LITE = "03_protocol.ipynb"
KINDS = {
    "plain": "print(1 + 1)",
    "aiohttp": (
        "from aiohttp import ClientSession, web\n"
        "from aiohttp.test_utils import TestServer\n"
        "app = web.Application()\n"
        "async with TestServer(app) as server, ClientSession() as client:\n"
        "    async with client.get(server.make_url('/')) as response:\n"
        "        print(response.status)"
    ),
    "PostgreSQL": (
        "import asyncpg\nfrom asyncwith import postgres\n"
        "connection = await asyncpg.connect(postgres.dsn())\n"
        "print(await connection.fetchval('select 1'))\nawait connection.close()"
    ),
    "FastAPI": (
        "import aiohttp\nfrom asyncwith import local_app\nfrom fastapi import FastAPI\n"
        "app = FastAPI()\n"
        "async with local_app(app) as server, aiohttp.ClientSession() as client:\n"
        "    async with client.get(server.url('/')) as response:\n"
        "        print(response.status)"
    ),
}


PATIENCE = 120_000  # milliseconds


def new_page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.set_default_navigation_timeout(PATIENCE)
    return page


def visit(context: BrowserContext, site: Published, source: str) -> tuple[float, float]:
    """Seconds of the first and of the second run of a cell on a new page."""
    page = new_page(context)
    page.goto(site.page(PAGE))
    page.wait_for_load_state("networkidle")
    found = cell(page, "imports")
    write(found, source)
    seconds: list[float] = []
    for _ in range(2):
        started = time.perf_counter()
        press(found, "Run")
        state(found, "ok", timeout=PATIENCE)
        seconds.append(time.perf_counter() - started)
    page.close()
    return seconds[0], seconds[1]


def measured(kind: str, rounds: int) -> str:
    """Medians of one kind of cell, each round in a profile of its own."""
    cold, warm, again, sizes = [], [], [], (0, 0)
    with sync_playwright() as driver:
        for _ in range(rounds):
            with publish() as site, tempfile.TemporaryDirectory() as profile:
                context = driver.chromium.launch_persistent_context(
                    profile, executable_path=program(), args=FLAGS
                )
                page = new_page(context)
                page.goto(site.page(PAGE))
                page.wait_for_load_state("networkidle")
                page.close()
                before = sum(site.sent.values())
                first, second = visit(context, site, KINDS[kind])
                cold.append(first)
                again.append(second)
                sizes = (before, sum(site.sent.values()) - before)
                warm.append(visit(context, site, KINDS[kind])[0])
                context.close()
    shown = [statistics.median(each) for each in (cold, warm, again)]
    return (
        f"{kind:<11} cold {shown[0]:5.2f} s  warm {shown[1]:5.2f} s  "
        f"again {1000 * shown[2]:4.0f} ms  "
        f"page {sizes[0] / 1e3:4.0f} kB, then {sizes[1] / 1e6:5.2f} MB"
    )


def on_the_page(page: Page, site: Published, source: str) -> None:
    page.goto(site.page(PAGE))
    found = cell(page, "imports")
    write(found, source)
    press(found, "Run")
    state(found, "ok", timeout=PATIENCE)


def in_jupyterlite(page: Page, site: Published, source: str) -> None:
    page.goto(f"{site.address}lite/notebooks/index.html?path={LITE}")
    found = page.locator(".jp-CodeCell").first
    found.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(source)
    prompt = found.locator(".jp-InputPrompt")
    while prompt.text_content() == "[ ]:":  # not run before there is a kernel
        page.keyboard.press("ControlOrMeta+Enter")
        page.wait_for_timeout(100)
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=PATIENCE)


def opened(rounds: int) -> list[str]:
    """From opening to output, by turns, each in a profile of its own, then again."""
    ways = {"page": on_the_page, "JupyterLite": in_jupyterlite}
    found: dict[str, list[tuple[float, float, int]]] = {name: [] for name in ways}
    with sync_playwright() as driver:
        for _ in range(rounds):
            for name, way in ways.items():
                with publish() as site, tempfile.TemporaryDirectory() as profile:
                    context = driver.chromium.launch_persistent_context(
                        profile, executable_path=program(), args=FLAGS
                    )
                    seconds = []
                    for _ in range(2):
                        page = new_page(context)
                        started = time.perf_counter()
                        way(page, site, KINDS["plain"])
                        seconds.append(time.perf_counter() - started)
                        page.close()
                    sent = sum(site.sent.values())
                    found[name].append((seconds[0], seconds[1], sent))
                    context.close()
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in found.items()
    }
    lines = [
        f"opened, {name:<11} cold {cold:5.2f} s  warm {warm:5.2f} s  "
        f"{sent / 1e6:5.2f} MB"
        for name, (cold, warm, sent) in medians.items()
    ]
    ratios = [a / b for a, b in zip(*medians.values(), strict=True)]
    return [*lines, "page / JupyterLite: " + " ".join(f"{each:.2f}" for each in ratios)]


def main(rounds: int) -> None:
    for kind in KINDS:
        print(measured(kind, rounds), flush=True)
    for line in opened(rounds):
        print(line, flush=True)
    print(f"load {os.getloadavg()[1]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
