"""A check's own sessions: a clean start, and what a pool complains of."""

import asyncio

import asyncpg
import pytest

from asyncwith import postgres
from asyncwith.checking import Sessions, complaints


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(postgres.dsn(), "made_up")


async def count(sessions: Sessions, watcher: asyncpg.Connection) -> int:
    return await watcher.fetchval(f"select count(*) from {sessions.others}")


def test_what_an_earlier_case_left_is_ended(sessions: Sessions) -> None:
    async def main() -> None:
        settings = sessions.settings
        left = await asyncpg.connect(sessions.dsn, server_settings=settings)
        await left.execute("begin; select pg_advisory_lock(17)")
        bystander = await asyncpg.connect(sessions.dsn)
        async with sessions.alone("create temp table fresh ()") as watcher:
            assert await count(sessions, watcher) == 0
            assert await watcher.fetch("select from fresh") == []
            assert await watcher.fetchval("select pg_try_advisory_lock(17)")
        assert await bystander.fetchval("select true")
        left.terminate()
        await bystander.close()

    asyncio.run(main())


def test_a_pool_is_known_by_its_sessions_and_ends_with_its_block(
    sessions: Sessions,
) -> None:
    async def main() -> None:
        async with sessions.alone() as watcher:
            async with sessions.pool(2) as pool:
                leaked = [await pool.acquire() for _ in range(2)]
                assert await count(sessions, watcher) == len(leaked)
                async with sessions.session():
                    assert await count(sessions, watcher) == 3
            assert pool.get_size() == 0

    asyncio.run(main())


def test_a_pool_complains_of_a_transaction(sessions: Sessions) -> None:
    async def main() -> list[str]:
        async with sessions.pool(1) as pool:
            with complaints() as told:
                async with pool.acquire() as connection:
                    await connection.execute("begin")
            return told

    (complaint,) = asyncio.run(main())
    assert "active transaction" in complaint
