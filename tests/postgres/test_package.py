"""Importing the package starts nothing, and works where servers cannot."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from asyncwith import postgres
from asyncwith.postgres import places
from tests.postgres.steps import finish, script


def test_importing_it_is_quick_and_loads_no_driver() -> None:
    output = finish(
        script(
            "import sys, time; started = time.perf_counter()\n"
            "from asyncwith import postgres\n"
            "print(time.perf_counter() - started < 0.3)\n"
            "print([m for m in ('asyncpg', 'testcontainers') if m in sys.modules])"
        )
    )
    assert output.splitlines() == ["True", "[]"]


def test_in_the_browser_the_address_is_a_constant() -> None:
    """There are no threads, processes or kernel locks to import either."""
    output = finish(
        script(
            "import sys; sys.platform = 'emscripten'\n"
            "for name in ('fcntl', 'subprocess', 'threading', 'asyncpg'):\n"
            "    sys.modules[name] = None\n"
            "from asyncwith import postgres\n"
            "print(postgres.dsn(), postgres.describe())\n"
            "try: postgres.private()\n"
            "except postgres.PostgresUnavailable as error: print(error)\n"
        )
    )
    assert output.startswith("postgresql://reader@127.0.0.1/browser PostgreSQL in the")
    assert "run this in a local copy" in output


def test_windows_is_told_about_wsl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(postgres.PostgresUnavailable, match="WSL"):
        postgres.dsn()


def test_the_cache_is_where_the_platform_keeps_caches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert places.cache_folder({"XDG_CACHE_HOME": "/x"}) == Path("/x/asyncwith")
    assert places.cache_folder({"XDG_CACHE_HOME": "x"}).is_absolute()
    monkeypatch.setattr(sys, "platform", "linux")
    assert places.cache_folder({}) == Path("/home/me/.cache/asyncwith")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert places.cache_folder({}) == Path("/home/me/Library/Caches/asyncwith")
