"""What the pages load is pinned, hashed, complete, and small enough."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from tasks import book, browser, lighthouse
from tasks.browser import BUILT, PACKAGES, SOURCE

LARGEST = 25_000_000  # bytes of one file: what hosts take


def test_the_locks_are_hashed_and_name_no_address() -> None:
    locks = [SOURCE / "package-lock.json", lighthouse.PACKAGE / "package-lock.json"]
    for lock in locks:
        npm = json.loads(lock.read_text())
        packages = [each for name, each in npm["packages"].items() if name]
        assert packages
        assert all(each["integrity"].startswith("sha512-") for each in packages)
    for path in (*locks, PACKAGES):
        assert '"resolved"' not in path.read_text(), path
        assert "--index-url" not in path.read_text(), path
    pins = re.findall(r"^\S+==", PACKAGES.read_text(), re.M)
    assert PACKAGES.read_text().count("--hash=sha256:") >= len(pins)


def test_packages_have_the_versions_of_the_books_own_lock() -> None:
    def pins(text: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==([\w.]+)", text, re.M))

    own = pins((browser.ROOT / "requirements.txt").read_text())
    theirs = pins(PACKAGES.read_text())
    different = {k: v for k, v in theirs.items() if k in own and own[k] != v}
    assert not different, "python3 run.py browser --lock"


def test_pyodides_lock_tells_the_truth(built: None) -> None:
    folder = BUILT / "pyodide"
    packages = json.loads((folder / "pyodide-lock.json").read_text())["packages"]
    for entry in packages.values():
        data = (folder / entry["file_name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"], entry["name"]
        assert set(entry["depends"]) <= set(packages)
    assert {"asyncwith", "asyncwith-browser", "asyncpg", "aiohttp"} <= set(packages)


def test_no_file_is_too_large_and_none_a_source_map(built: None) -> None:
    for path in BUILT.rglob("*"):
        assert path.is_dir() or path.stat().st_size < LARGEST, path
        assert path.suffix != ".map", path


def test_what_has_not_changed_is_not_built_again(
    built: None, capsys: pytest.CaptureFixture[str]
) -> None:
    browser.build()
    capsys.readouterr()
    assert browser.build() is False
    assert capsys.readouterr().out == ""


def test_our_wheels_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    written = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        browser.write_wheel(folder, "x", "1", {"x/__init__.py": b"1"}, ["y"])
        written.append((folder / "x-1-py3-none-any.whl").read_bytes())
    assert written[0] == written[1]


def test_the_notices_have_what_only_a_browser_gets(built: None) -> None:
    text = "\n".join([*book.scripts_notices(), *book.browsers_notices()])
    for words in (
        "@electric-sql/pglite",
        "@codemirror/view",
        "PostgreSQL Global Development Group",
        "Mozilla Public License Version 2.0",
        "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2",
        "micropip",
    ):
        assert words in text, words


def test_a_real_asyncpg_takes_the_place_of_the_stand_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pyodide").mkdir()
    monkeypatch.setattr(browser, "BUILT", tmp_path)
    browser.build_asyncpg()
    assert len(list(tmp_path.glob("pyodide/asyncpg-*.whl"))) == 1
    pinned = tmp_path / "packages.txt"
    pinned.write_text(PACKAGES.read_text() + "asyncpg==0.32.0 \\\n")
    monkeypatch.setattr(browser, "PACKAGES", pinned)
    browser.build_asyncpg()
    assert list(tmp_path.glob("pyodide/asyncpg-*.whl")) == []
