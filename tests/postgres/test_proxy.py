"""The proxy: a network that resets, goes silent, and refuses."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from asyncwith import postgres
from asyncwith.postgres import SettingsError
from asyncwith.postgres.driver import asyncpg
from asyncwith.postgres.faults import Proxy


def with_proxy(experiment: Callable[[Proxy], Awaitable[None]]) -> None:
    async def main() -> None:
        async with postgres.proxy(postgres.dsn("proxy")) as proxy:
            await experiment(proxy)

    asyncio.run(main())
    names = [thread.name for thread in threading.enumerate()]
    assert "asyncwith-proxy" not in names


def test_it_passes_everything_on_and_counts() -> None:
    async def experiment(proxy: Proxy) -> None:
        connection = await asyncpg().connect(proxy.dsn)
        assert await connection.fetchval("SELECT repeat('x', 1000000)") == "x" * 10**6
        assert (proxy.opened, proxy.open) == (1, 1)
        assert proxy.received > 10**6 > proxy.sent > 0
        await connection.close()
        assert len(asyncio.all_tasks()) == 1  # the network is no task of ours

    with_proxy(experiment)


def test_cut_breaks_what_is_open_and_nothing_else() -> None:
    async def experiment(proxy: Proxy) -> None:
        connection = await asyncpg().connect(proxy.dsn)
        query = asyncio.create_task(connection.execute("SELECT pg_sleep(60)"))
        await asyncio.sleep(0.05)
        proxy.cut()
        with pytest.raises(asyncpg().ConnectionDoesNotExistError):
            await query
        assert proxy.open == 0
        again = await asyncpg().connect(proxy.dsn)
        assert await again.fetchval("SELECT 1") == 1
        await again.close()

    with_proxy(experiment)


def test_cut_sends_a_reset_and_no_goodbye() -> None:
    async def experiment(proxy: Proxy) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write((8).to_bytes(4, "big") + (80877103).to_bytes(4, "big"))
        assert await reader.read(1) in (b"N", b"S")  # the server's answer on TLS
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()

    with_proxy(experiment)


def test_stall_is_silence_and_resume_delivers() -> None:
    async def experiment(proxy: Proxy) -> None:
        connection = await asyncpg().connect(proxy.dsn)
        proxy.stall()
        query = asyncio.create_task(connection.fetchval("SELECT 7"))
        done, _ = await asyncio.wait([query], timeout=0.1)
        assert not done
        proxy.resume()
        assert await query == 7
        await connection.close()

    with_proxy(experiment)


def test_cut_works_while_it_is_stalled() -> None:
    async def experiment(proxy: Proxy) -> None:
        connection = await asyncpg().connect(proxy.dsn)
        proxy.stall()
        query = asyncio.create_task(connection.fetchval("SELECT 7"))
        await asyncio.sleep(0.05)
        proxy.cut()
        with pytest.raises((asyncpg().ConnectionDoesNotExistError, ConnectionError)):
            await query

    with_proxy(experiment)


def test_refuse_turns_new_connections_away_until_resume() -> None:
    async def experiment(proxy: Proxy) -> None:
        connection = await asyncpg().connect(proxy.dsn)
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            await asyncpg().connect(proxy.dsn)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
        dsn = proxy.dsn
        proxy.resume()
        assert proxy.dsn == dsn
        again = await asyncpg().connect(dsn)
        await again.close()

    with_proxy(experiment)


def test_leaving_the_block_with_open_connections_is_quick() -> None:
    async def experiment(proxy: Proxy) -> None:
        connection = await asyncpg().connect(proxy.dsn)
        proxy.stall()
        connection.terminate()

    with_proxy(experiment)


def test_a_server_that_is_not_there_closes_the_connection() -> None:
    async def main() -> None:
        async with postgres.proxy("postgresql://me@127.0.0.1:1/x") as proxy:
            with pytest.raises((asyncpg().ConnectionDoesNotExistError, OSError)):
                await asyncpg().connect(proxy.dsn, timeout=5)

    asyncio.run(main())


def test_an_address_without_a_host_is_none_for_a_proxy() -> None:
    with pytest.raises(SettingsError, match="address"):
        Proxy("postgresql:///x")


def test_it_finds_a_server_at_its_socket(tmp_path: Path) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()

    async def main() -> bytes:
        async with await asyncio.start_unix_server(greet, tmp_path / ".s.PGSQL.5433"):
            dsn = f"postgresql://me@:5433/x?host={tmp_path}&sslmode=disable"
            async with postgres.proxy(dsn) as proxy:
                assert proxy.dsn.endswith(f":{proxy.port}/x?sslmode=disable")
                reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
                said = await reader.read()
                writer.close()
                return said

    assert asyncio.run(main()) == b"hello"
