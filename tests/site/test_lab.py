"""`run.py lab`: JupyterLab shows the timelines, also in a copy that it does not trust.

And it is no grader's: nothing of the classroom is served there.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page

from tasks._selection import ROOT

NOTEBOOK = ROOT / "notebooks" / "02_asyncio.ipynb"
COPY = ROOT / "practice" / "untrusted copy.ipynb"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab with settings of its own, with its token."""
    own = tmp_path_factory.mktemp("jupyter")
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    env = {**os.environ, **{name: str(own / name.lower()) for name in names}}
    command = [sys.executable, "-u", "-m", "tasks.lab", "--no-browser"]
    log = own / "log"
    with log.open("wb") as file:
        server = subprocess.Popen(
            [*command, "--port", "8970"],
            cwd=ROOT,
            env=env,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        address = None
        while address is None:
            assert server.poll() is None, log.read_text()
            address = re.search(r"(http://127\S+)/lab\S*\?(token=\w+)", log.read_text())
            try:
                server.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
        yield f"{address[1]}/lab/tree/PATH?reset&{address[2]}"
    finally:
        os.killpg(server.pid, signal.SIGINT)
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


@pytest.fixture
def untrusted() -> Iterator[Path]:
    """A copy that somebody changed: no signature of this machine fits it."""
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = ["# A copy from somewhere"]
    COPY.write_text(json.dumps(notebook), encoding="utf-8")
    yield COPY
    COPY.unlink()


def opened(chromium: Browser, lab: str, path: Path) -> Page:
    page = chromium.new_page(viewport={"width": 1280, "height": 4000})
    page.goto(lab.replace("PATH", str(path.relative_to(ROOT))))
    page.wait_for_selector(".jp-Notebook:visible .jp-OutputArea-output")
    page.wait_for_selector("text=two clerks who give way", state="attached")
    page.wait_for_timeout(1000)
    return page


def test_a_published_notebook_shows_its_timelines(chromium: Browser, lab: str) -> None:
    page = opened(chromium, lab, NOTEBOOK)
    page.wait_for_selector(".jp-RenderedSVG img", state="attached")
    assert page.locator(".jp-RenderedSVG img").count() >= 1
    page.close()


def test_an_untrusted_copy_shows_the_ledger(
    chromium: Browser, lab: str, untrusted: Path
) -> None:
    page = opened(chromium, lab, untrusted)
    assert page.locator(".jp-RenderedSVG img").count() == 0
    ledger = page.locator(".jp-OutputArea-output", has_text="main resume first")
    assert ledger.count() >= 1
    page.close()


@pytest.mark.parametrize("path", ["formgrader", "formgrader/api/assignments"])
def test_it_has_no_formgrader(lab: str, path: str) -> None:
    address, _, token = lab.partition("/lab/tree/PATH?reset&")
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{address}/{path}?{token}", timeout=20)
    with urlopen(f"{address}/api/status?{token}", timeout=20) as answer:
        assert answer.status == 200


def test_it_has_no_menu_of_the_grader(chromium: Browser, lab: str) -> None:
    page = opened(chromium, lab, NOTEBOOK)
    menus = page.locator(".lm-MenuBar-itemLabel").all_inner_texts()
    assert {"File", "Run", "Help"} <= set(menus)
    assert "Nbgrader" not in menus
    page.close()
