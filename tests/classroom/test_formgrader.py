"""The formgrader in JupyterLab: one command, one course, and no student's code."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_output
from playwright.sync_api import Browser, Dialog, Page, expect, sync_playwright

from asyncwith.catalogue import find
from classroom.course import CONFIG
from classroom.review import templates_on_path
from tasks import classroom
from tasks._chromium import FLAGS, program
from tasks._selection import ROOT
from tests.classroom.conftest import hand_in, moved, write_course
from tests.classroom.hostile import HOSTILE
from tests.classroom.test_guide import command

TIMER = find("promise/timer")
NAME = "promise-timer"
OTHER = "nesting-open_all"
MARKDOWN = (
    "[here](javascript:alert%281%29)",
    "[there](&#106;avascript:alert%281%29)",
    "[my page](page.HTML)",
    "![my drawing](/formgrader?path=submitted/ada/promise-timer)",
    "![lost](attachment:drawing.png)",
    "<a href='http://127.0.0.1:8888/formgrader?path=submitted/ada/promise-timer'>x</a>",
    "`<img src=x onerror=alert(1)>`",
)
FILES = {
    "page.HTML": "<script>alert(1)</script>",
    "drawing.Svg": "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "page.xht": "<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script>",
    CONFIG: "from pathlib import Path\nPath('taken-over').touch()\n",
}


@dataclass
class Served:
    """A course that is served, by the guide's command."""

    course: Path
    root: str
    token: str

    def get(self, path: str, token: str | None = None) -> tuple[int, str]:
        """The status and the text that an address answers to this token."""
        headers = {"Authorization": f"token {self.token if token is None else token}"}
        request = urllib.request.Request(self.root + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def api(self, path: str) -> Any:
        """What formgrader's page gets from its server."""
        status, text = self.get(f"formgrader/api/{path}")
        assert status == 200, text
        return json.loads(text)

    def shown(self) -> str:
        """The page on which the submission is graded by hand."""
        (found,) = self.api(f"submitted_notebooks/{NAME}/{NAME}")
        return f"{self.root}formgrader/submissions/{found['id']}/"


@pytest.fixture(scope="module")
def served(
    released: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A course with two assignments, one of which a hostile student handed in."""
    home = tmp_path_factory.mktemp("teacher")
    course = moved(released, home / "async")
    write_course(course, OTHER.replace("-", "/"))
    shows = HOSTILE["script"][0].format().partition("class Timer")[0]
    hand_in(course, NAME, "ada", shows + TIMER.read("solution.py"))
    mine = course / "submitted" / "ada" / NAME
    notebook = nbformat.read(mine / f"{NAME}.ipynb", as_version=4)
    notebook.cells += [new_markdown_cell(source) for source in MARKDOWN]
    nbformat.write(notebook, mine / f"{NAME}.ipynb")
    for name, text in FILES.items():
        (mine / name).write_text(text)
    words = command("formgrader")
    assert words[:3] == ["python3", "run.py", "classroom"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folders = {
        f"JUPYTER_{kind}_DIR": str(home / kind)
        for kind in ("CONFIG", "DATA", "RUNTIME")
    }
    said = (home / "said").open("wb")
    with (
        said,
        subprocess.Popen(
            [sys.executable, "-m", "tasks.classroom"]
            + [word.replace("~", str(home)) for word in words[3:]]
            + ["--no-browser", f"--port={port}"],
            cwd=ROOT,
            env={**os.environ, **folders},
            stdout=said,
            stderr=said,
        ) as process,
    ):
        try:
            about = home / "RUNTIME" / f"jpserver-{process.pid}.json"
            deadline = time.monotonic() + 150  # a loaded machine; else ten
            while not about.exists() and process.poll() is None:
                assert time.monotonic() < deadline, (home / "said").read_text()
                time.sleep(0.1)
            assert process.poll() is None, (home / "said").read_text()
            found = json.loads(about.read_text())
            yield Served(course, found["url"], found["token"])
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium; it ends with this file, since others start their own."""
    path = program()
    if path is None:
        if os.environ.get("ASYNCWITH_REQUIRE_CHROMIUM"):
            pytest.fail("Chromium is required and was not found.")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(served: Served, chromium: Browser) -> Iterator[Page]:
    """A page that is logged in by the token."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(f"{served.root}formgrader?token={served.token}")
    yield page
    context.close()


def test_the_page_and_its_data_are_for_the_token(served: Served) -> None:
    assert "Manage Assignments" in served.get("formgrader")[1]
    for path in ("formgrader", "formgrader/api/assignments", "formgraders"):
        for token in ("", "0" * 48):
            assert 'name="password"' in served.get(path, token)[1]  # the login page
    assert len(served.token) > 30


def test_the_data_are_the_courses(served: Served) -> None:
    assignments = {one["name"]: one for one in served.api("assignments")}
    assert list(assignments) == [OTHER, NAME]
    assert assignments[NAME]["num_submissions"] == 1
    (submission,) = served.api(f"submissions/{NAME}")
    assert submission["student"] == "ada" and submission["submitted"]


def test_the_course_list_names_the_course(served: Served) -> None:
    status, text = served.get("formgraders")
    courses = json.loads(text)
    assert status == 200 and courses["success"]
    assert [one["course_id"] for one in courses["value"]] == ["async"]


def test_only_this_machine_is_answered(served: Served) -> None:
    port = int(served.root.rstrip("/").rpartition(":")[2])
    with pytest.raises(OSError), socket.create_connection(("127.0.0.2", port), 5):
        pass


def test_jupyterlab_opens_at_the_assignments(served: Served, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(f"{served.root}?token={served.token}")
    inside = page.frame_locator("iframe[src*=formgrader]")
    names = inside.locator("#main-table .name")
    expect(names).to_have_text([OTHER, NAME], timeout=30_000)
    page.get_by_role("menuitem", name="Nbgrader").click()
    items = page.locator(".lm-Menu-itemLabel").all_inner_texts()
    assert {"Assignment List", "Course List", "Formgrader"} <= set(items)
    page.keyboard.press("Escape")
    page.goto(f"{served.root}lab/tree/source/{NAME}/{NAME}.ipynb")
    expect(page.get_by_role("button", name="Validate")).to_be_visible(timeout=30_000)
    context.close()


def press(rows: Page, name: str, column: str) -> None:
    """Press the button of an assignment's or a student's line; it has to succeed."""
    line = rows.locator("#main-table tr").filter(has_text=name)
    line.locator(f"td.{column} a").click()
    expect(rows.locator("#success-modal")).to_be_visible(timeout=40_000)


def test_the_page_generates_and_releases(served: Served, page: Page) -> None:
    press(page, OTHER, "assign")
    assert (served.course / "release" / OTHER / f"{OTHER}.ipynb").is_file()
    page.reload()
    press(page, OTHER, "release")
    (assignment,) = [one for one in served.api("assignments") if one["name"] == OTHER]
    assert assignment["status"] == "released"


@pytest.fixture(scope="module")
def graded(served: Served, chromium: Browser) -> Served:
    """The course in which the page has graded the submission."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{served.root}formgrader?token={served.token}")
    page.goto(f"{served.root}formgrader/manage_submissions/{NAME}")
    press(page, "ada", "autograde")
    context.close()
    return served


def test_the_page_grades(graded: Served) -> None:
    (submission,) = graded.api(f"submissions/{NAME}")
    assert submission["autograded"] and submission["score"] == TIMER.minutes


def look(page: Page, address: str) -> tuple[list[str], list[str], list[str]]:
    """What a submission's page ran, what it loaded, and where its links lead."""
    ran: list[str] = []
    loaded: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(address)
    expect(page.locator("#notebook-container .cell").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    links = page.locator("#notebook a[href]:not(.anchor-link)")
    found = links.evaluate_all("links => links.map(link => link.href)")
    return ran, [url for url in loaded if not url.startswith("data:")], list(found)


def test_a_submissions_page_runs_and_loads_nothing_of_it(
    graded: Served, page: Page
) -> None:
    ran, loaded, links = look(page, graded.shown())
    assert ran == []
    ours = f"{graded.root}formgrader/"
    assert [url for url in loaded if not url.startswith(ours)] == []
    assert [url for url in loaded if "?path=" in url] == []
    assert links == []
    for source in MARKDOWN:
        words = re.sub(r"[^a-z0-9. ]", "", source)
        shown = re.sub(r"[^a-z0-9. ]", "", page.locator("main").inner_text())
        assert words in shown


def test_a_page_that_is_not_cleaned_would_run_it(graded: Served, page: Page) -> None:
    path = graded.course / "autograded" / "ada" / NAME / f"{NAME}.ipynb"
    cleaned = path.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    bad = {"text/html": "<script>alert(1)</script>"}
    notebook.cells[1].outputs = [new_output("display_data", data=bad)]
    notebook.cells += [new_markdown_cell(MARKDOWN[0]), new_markdown_cell(MARKDOWN[3])]
    path.chmod(0o644)
    nbformat.write(notebook, path)
    ran, loaded, links = look(page, graded.shown())
    assert ran == ["1"]
    assert [url for url in loaded if "?path=" in url]
    assert "javascript:alert%281%29" in links
    path.write_bytes(cleaned)


def test_no_file_of_a_submission_is_a_page(graded: Served) -> None:
    kept = {
        path.name for path in (graded.course / "autograded" / "ada" / NAME).iterdir()
    }
    assert kept.isdisjoint({"page.HTML", "drawing.Svg", "page.xht", "page.html"})
    for name in FILES:
        address = graded.shown().removeprefix(graded.root) + name
        assert "alert" not in graded.get(address)[1]


def test_no_address_loads_a_students_settings(graded: Served) -> None:
    folder = f"submitted/ada/{NAME}"
    assert (graded.course / folder / CONFIG).is_file()
    for path in (folder, str(graded.course / folder)):
        assert graded.get(f"formgrader?path={path}")[0] == 403
    assert not list(graded.course.rglob("taken-over"))
    assert graded.get(f"formgrader?path={graded.course}")[0] == 200


def test_our_templates_are_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PATH", "/srv/jupyter")
    templates = str(ROOT / "classroom" / "templates")
    for _ in range(2):  # the server loads the settings again and again
        templates_on_path()
    assert os.environ["JUPYTER_PATH"].split(os.pathsep) == [templates, "/srv/jupyter"]


def test_a_folder_that_is_no_course_is_told(
    released: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert classroom.main(["formgrader", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert f"{tmp_path} is not a course" in said
    assert f"python3 run.py classroom course {tmp_path}" in said
    copy = shutil.copytree(released, tmp_path / "copy")
    assert classroom.main(["formgrader", str(copy)]) == 2
    assert f"is the settings file of {released}" in capsys.readouterr().err
    (copy / CONFIG).write_text("c = get_config(\n")
    assert classroom.main(["formgrader", str(copy)]) == 2
    assert "cannot be loaded (SyntaxError" in capsys.readouterr().err
