"""Throw-away servers: their settings, their deaths, and that nothing stays."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncwith import postgres
from asyncwith.postgres import PostgresUnavailable
from asyncwith.postgres.driver import asyncpg
from asyncwith.postgres.places import state_folder
from tests.postgres.steps import finish, running, script, wait_until


def left() -> list[Path]:
    return [path for path in state_folder("private").iterdir() if path.is_dir()]


async def value(dsn: str, query: str) -> object:
    connection = await asyncpg().connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def test_it_is_another_server_with_its_own_settings() -> None:
    async def experiment() -> None:
        async with postgres.private(max_connections=20, jit=False) as server:
            assert server.dsn.partition("@")[2] not in postgres.dsn("shared")
            assert await value(server.dsn, "SHOW max_connections") == "20"
            assert await value(server.dsn, "SHOW jit") == "off"
            assert await value(server.dsn, "SHOW timezone") == "UTC"

    asyncio.run(experiment())
    assert left() == []


def test_restart_stop_and_kill_keep_address_and_committed_data() -> None:
    async def experiment() -> None:
        async with postgres.private() as server:
            dsn = server.dsn
            await value(dsn, "SELECT 1 FROM (SELECT) one")
            connection = await asyncpg().connect(dsn)
            await connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
            query = asyncio.create_task(connection.execute("SELECT pg_sleep(60)"))
            await asyncio.sleep(0.05)
            server.kill()
            with pytest.raises(asyncpg().ConnectionDoesNotExistError):
                await query
            assert not server.alive
            await server.start()
            assert server.dsn == dsn
            assert await value(dsn, "SELECT n FROM kept") == 7
            await server.restart()
            assert await value(dsn, "SELECT n FROM kept") == 7
            await server.stop()
            with pytest.raises(OSError):
                await value(dsn, "SELECT 1")

    asyncio.run(experiment())
    assert left() == []


def test_a_refused_setting_is_named_and_leaves_nothing() -> None:
    async def experiment() -> None:
        async with postgres.private(max_conections=20):
            pass

    with pytest.raises(
        PostgresUnavailable, match='parameter "max_conections"'
    ) as error:
        asyncio.run(experiment())
    assert "Its log" not in str(error.value)  # it is gone
    assert left() == []


def test_cancelled_while_it_starts_leaves_nothing() -> None:
    async def experiment() -> None:
        async def use() -> None:
            async with postgres.private():
                await asyncio.sleep(60)

        task = asyncio.create_task(use())
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(experiment())
    assert left() == []


CLIENT = """
import asyncio
from asyncwith import postgres
async def main():
    async with postgres.private() as server:
        print(server.dsn, flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.parametrize("victim", ["its user", "its guard"])
def test_killed_owner_leaves_no_server(victim: str) -> None:
    process = script(CLIENT)
    assert process.stdout is not None
    process.stdout.readline()
    folder = str(state_folder("private"))
    [guard] = running("postgres.guard", folder)
    pid = process.pid if victim == "its user" else guard
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not running(folder), "guard and server have ended")
    process.kill()
    finish(process)

    async def next_one() -> None:
        async with postgres.private():
            pass

    if victim == "its guard":
        assert len(left()) == 1
        asyncio.run(next_one())  # removes what the killed guard could not
    assert left() == []


def test_it_is_embedded_whatever_was_chosen(own_url: Callable[[str], None]) -> None:
    async def experiment() -> None:
        async with postgres.private() as server:
            assert await value(server.dsn, "SHOW cluster_name") == "asyncwith"
            assert server.dsn.partition("@")[2] not in postgres.dsn("own")

    asyncio.run(experiment())
