"""The book's role: an ordinary one, so that a cell that works here works there.

And the server's limit: a notebook that opens too many sessions fails by
itself, instead of locking the others out.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

import pytest

from asyncwith import postgres
from asyncwith.postgres import databases
from asyncwith.postgres.driver import asyncpg, connect
from asyncwith.postgres.embedded import Server
from asyncwith.postgres.places import checkout_id, state_folder
from tests.postgres.steps import sql


@pytest.fixture
def contained(image: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ASYNCWITH_POSTGRES", "container")
    monkeypatch.setenv("ASYNCWITH_POSTGRES_IMAGE", image)
    yield
    postgres.release()


ROLE = """
SELECT concat_ws(' ', CASE WHEN rolsuper THEN 'superuser' END,
    CASE WHEN rolcreatedb THEN 'createdb' END,
    CASE WHEN rolcreaterole THEN 'createrole' END,
    CASE WHEN rolreplication THEN 'replication' END,
    CASE WHEN rolbypassrls THEN 'bypassrls' END)
FROM pg_roles WHERE rolname = current_user
"""
OWNED = """
SELECT datname::text FROM pg_database
WHERE pg_get_userbyid(datdba) = current_user ORDER BY 1
"""


async def assert_ordinary_and_enough(dsn: str) -> None:
    """Do as this role what the chapters do, and what they must not."""
    errors = asyncpg()
    async with connect(dsn) as one, connect(dsn) as other:
        assert await one.fetchval(ROLE) == "createdb"
        for forbidden in (
            "ALTER SYSTEM SET work_mem TO '5MB'",
            "CREATE ROLE another",
            "SELECT pg_read_file('PG_VERSION')",
        ):
            with pytest.raises(errors.InsufficientPrivilegeError):
                await one.execute(forbidden)
        assert int(await one.fetchval("SHOW max_connections")) >= 20
        await one.execute("CREATE TABLE made (); DROP TABLE made")
        await one.execute("CREATE DATABASE made_by_a_cell")
        await one.execute("DROP DATABASE made_by_a_cell WITH (FORCE)")

        await one.execute("SELECT pg_advisory_lock(7)")
        assert not await other.fetchval("SELECT pg_try_advisory_lock(7)")
        heard: asyncio.Queue[object] = asyncio.Queue()
        await other.add_listener("news", lambda *told: heard.put_nowait(told[-1]))
        await one.execute("NOTIFY news, 'hello'")
        assert await asyncio.wait_for(heard.get(), 5) == "hello"

        query = "SELECT query FROM pg_stat_activity WHERE pid = $1"
        pid = await other.fetchval("SELECT pg_backend_pid()")
        assert await one.fetchval(query, pid) == "SELECT pg_backend_pid()"
        ended = asyncio.Event()
        other.add_termination_listener(lambda connection: ended.set())
        assert await one.fetchval("SELECT pg_terminate_backend($1)", pid)
        await asyncio.wait_for(ended.wait(), 5)


def assert_owner(dsn: str) -> None:
    owned = sql(dsn, OWNED)
    assert dsn.rpartition("/")[2] in owned
    assert f"asyncwith_{checkout_id()}__template_1" in owned
    assert "postgres" not in owned


def test_embedded() -> None:
    dsn = postgres.dsn("role")
    asyncio.run(assert_ordinary_and_enough(dsn))
    assert_owner(dsn)
    folder = state_folder("embedded")
    superusers = (folder / "superuser").read_text()
    assert superusers not in dsn
    assert superusers not in (folder / "server.json").read_text()


def test_container(contained: None) -> None:
    dsn = postgres.dsn("role")
    asyncio.run(assert_ordinary_and_enough(dsn))
    assert_owner(dsn)


def test_private_has_a_superuser_besides() -> None:
    async def experiment() -> None:
        async with postgres.private() as server:
            await assert_ordinary_and_enough(server.dsn)
            async with connect(server.superuser_dsn) as superuser:
                assert "superuser" in await superuser.fetchval(ROLE)
                await superuser.execute("ALTER SYSTEM SET work_mem TO '5MB'")
            before = server.superuser_dsn
            await server.restart()
            assert server.superuser_dsn == before
            async with connect(server.dsn) as reader:
                assert await reader.fetchval("SHOW work_mem") == "5MB"

    asyncio.run(experiment())


async def assert_limited(dsn: str, neighbour: str) -> None:
    """Have as many sessions as one may, three times, and one more."""
    for _ in range(3):  # a session that was closed counts no more
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(databases.SESSIONS):
                await stack.enter_async_context(connect(dsn))
            with pytest.raises(
                asyncpg().TooManyConnectionsError,
                match="too many connections for database",
            ):
                await stack.enter_async_context(connect(dsn))
            await stack.enter_async_context(connect(neighbour))


def test_too_many_sessions_on_the_embedded_server() -> None:
    asyncio.run(assert_limited(postgres.dsn("greedy"), postgres.dsn("modest")))


def test_too_many_sessions_on_the_container(contained: None) -> None:
    asyncio.run(assert_limited(postgres.dsn("greedy"), postgres.dsn("modest")))


def test_too_many_sessions_on_the_readers_own_server(
    own_url: Callable[[str], None], other_server: Server
) -> None:
    own_url(other_server.dsn)
    asyncio.run(assert_limited(postgres.dsn("greedy"), postgres.dsn("modest")))


def test_a_private_server_has_no_other_limit_than_its_own() -> None:
    async def experiment() -> None:
        async with (
            postgres.private(max_connections=30) as server,
            contextlib.AsyncExitStack() as stack,
        ):
            reserved = await count(server.dsn, "superuser_reserved_connections")
            for _ in range(30 - reserved):
                await stack.enter_async_context(connect(server.dsn))
            with pytest.raises(asyncpg().TooManyConnectionsError, match="reserved"):
                await stack.enter_async_context(connect(server.dsn))
            await stack.enter_async_context(connect(server.superuser_dsn))

    async def count(dsn: str, setting: str) -> int:
        async with connect(dsn) as connection:
            return int(await connection.fetchval(f"SHOW {setting}"))

    asyncio.run(experiment())
