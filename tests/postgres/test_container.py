"""The containerised server, and what happens where there is no engine."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from asyncwith import postgres
from asyncwith.postgres import PostgresUnavailable, container, driver
from asyncwith.postgres.places import checkout_id
from tests.postgres.steps import client, finish, reachable, sql, supervisors, wait_until


def containers() -> list[str]:
    label = f"label={container.LABEL}={checkout_id()}"
    command = ["docker", "ps", "--all", "--quiet", "--filter", label]
    return subprocess.run(command, capture_output=True, text=True).stdout.split()


@pytest.fixture
def forced(image: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("ASYNCWITH_POSTGRES", "container")
    monkeypatch.setenv("ASYNCWITH_POSTGRES_IMAGE", image)
    yield image
    postgres.release()


def test_it_is_chosen_shared_described_and_ends_with_its_last_user(
    forced: str, monkeypatch: pytest.MonkeyPatch, new_cache: Path
) -> None:
    monkeypatch.delenv("ASYNCWITH_POSTGRES")  # automatically
    dsn = postgres.dsn("contained")
    assert sql(dsn, "SELECT current_user::text") == ["reader"]
    assert sql(dsn, "SELECT current_database()::text")[0] in dsn
    assert dsn.partition("@")[2].startswith("127.0.0.1:")
    assert postgres.describe().startswith(f"container {forced} (PostgreSQL ")
    process, theirs = client()
    [only] = containers()
    published = subprocess.run(["docker", "port", only], capture_output=True, text=True)
    assert "-> 127.0.0.1:" in published.stdout  # and no other address
    assert len(published.stdout.splitlines()) == 1
    assert theirs.rpartition("/")[0] == dsn.rpartition("/")[0]
    postgres.release()
    process.kill()
    finish(process)
    wait_until(lambda: not containers(), "the container is gone")


def test_killed_supervisor_takes_the_container_along(forced: str) -> None:
    postgres.dsn("contained")
    [supervisor] = [pid for pid in supervisors() if pid]
    os.kill(supervisor, signal.SIGKILL)
    wait_until(lambda: not containers(), "the container is gone")
    assert reachable(postgres.dsn("contained"))
    assert len(containers()) == 1


def test_a_container_that_a_killed_sweeper_left_is_removed(forced: str) -> None:
    postgres.dsn("contained")
    [left] = containers()
    sweepers = subprocess.run(
        ["pgrep", "-f", f"docker rm --force --volumes.*asyncwith-{checkout_id()}"],
        capture_output=True,
        text=True,
    ).stdout.split()
    for pid in [*map(int, sweepers), *supervisors()]:
        os.kill(pid, signal.SIGKILL)
    assert containers() == [left]
    assert reachable(postgres.dsn("contained"))
    assert len(containers()) == 1
    assert containers() != [left]


def test_a_removed_container_is_replaced(forced: str) -> None:
    before = postgres.dsn("contained")
    subprocess.run(["docker", "rm", "--force", *containers()], capture_output=True)
    wait_until(lambda: postgres.dsn("contained") != before, "there is a new one", 30)
    assert reachable(postgres.dsn("contained"))


@pytest.fixture
def no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A docker client that finds no engine, as on many a machine."""
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text("#!/bin/sh\necho 'Cannot connect to the daemon' >&2\nexit 1\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{docker.parent}:{os.environ['PATH']}")


def test_forced_without_an_engine_is_an_error(
    no_engine: None, monkeypatch: pytest.MonkeyPatch, new_cache: Path
) -> None:
    monkeypatch.setenv("ASYNCWITH_POSTGRES", "container")
    with pytest.raises(PostgresUnavailable, match="asked for, and docker info says"):
        postgres.dsn("forced")


def test_auto_without_an_engine_says_so_and_goes_on(
    no_engine: None, monkeypatch: pytest.MonkeyPatch, new_cache: Path
) -> None:
    monkeypatch.delenv("ASYNCWITH_POSTGRES")
    line = postgres.describe()
    assert line.startswith("embedded PostgreSQL")
    assert line.endswith("no container: docker info says: Cannot connect to the daemon")
    joined, _ = client()
    assert postgres.describe() == line
    finish(joined)


def test_a_server_that_is_not_reached_yet_is_waited_for() -> None:
    dsn = postgres.dsn("reached")
    closed = 0

    async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal closed
        closed += 1
        writer.close()

    async def main() -> None:
        async with postgres.proxy(dsn) as way, asyncio.TaskGroup() as group:
            port = urlsplit(way.dsn).port
            way.refuse()  # as a proxy before it listens
            waiting = group.create_task(container.reached(way.dsn))
            await asyncio.sleep(0.3)
            # As the engine's proxy when it finds no way to the container.
            async with await asyncio.start_server(close, "127.0.0.1", port):
                while closed < 3:
                    assert not waiting.done()
                    await asyncio.sleep(0.01)
            way.resume()
            await waiting

    asyncio.run(asyncio.wait_for(main(), 20))


def test_a_server_that_is_never_reached_is_an_error() -> None:
    async def main() -> None:
        async with postgres.proxy(postgres.dsn("never")) as way:
            way.refuse()
            with pytest.raises(ConnectionError, match="is not reached from here"):
                await container.reached(way.dsn, seconds=0.3)

    asyncio.run(main())


def test_what_a_server_answers_is_not_asked_twice() -> None:
    wrong = postgres.dsn("asked").rpartition("/")[0] + "/nowhere"
    with pytest.raises(driver.asyncpg().InvalidCatalogNameError):
        driver.run(container.reached(wrong))


def test_an_image_that_does_not_start_is_an_error(
    image: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tag = "asyncwith-broken:test"
    (tmp_path / "Containerfile").write_text(f'FROM {image}\nENTRYPOINT ["false"]\n')
    build = ["docker", "build", "-q", "-t", tag, "-f", f"{tmp_path}/Containerfile"]
    subprocess.run(
        [*build, str(tmp_path)],
        env={**os.environ, "DOCKER_BUILDKIT": "0"},
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("ASYNCWITH_POSTGRES", "container")
    monkeypatch.setenv("ASYNCWITH_POSTGRES_IMAGE", tag)
    try:
        with pytest.raises(PostgresUnavailable, match=f"container {tag} did not start"):
            postgres.dsn("broken")
        assert not containers()
    finally:
        subprocess.run(["docker", "rmi", "--force", tag], capture_output=True)
