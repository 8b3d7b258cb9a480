"""The facts of chapter 13, each asserted against the real server.

Each test has a pool of its own and a table of its own; what another session
sees is asked by a connection of its own.
"""

from __future__ import annotations

import asyncio
import warnings
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import Any

import anyio
import asyncpg
import pytest

from asyncwith import postgres, sweep_task

Connection = Any
Pool = Any

REFUSE = "do $$ begin raise exception 'refused' using errcode = '40001'; end $$"
LOCKS = (
    "select count(*) from pg_locks where locktype = 'advisory' and database ="
    " (select oid from pg_database where datname = current_database())"
)


@asynccontextmanager
async def table(size: int = 3) -> AsyncGenerator[tuple[Pool, Connection]]:
    """A pool, and a session to look on; a table ``t`` with the column ``n``."""
    watcher = await asyncpg.connect(postgres.dsn())
    await watcher.execute("drop table if exists t")
    await watcher.execute("create table t (n int primary key, balance int)")
    pool = await asyncpg.create_pool(postgres.dsn(), min_size=1, max_size=size)
    try:
        yield pool, watcher
    finally:
        pool.terminate()
        await watcher.close()


async def rows(connection: Connection) -> list[int]:
    return [row["n"] for row in await connection.fetch("select n from t order by n")]


async def insert(connection: Connection, n: int) -> None:
    await connection.execute("insert into t values ($1, 100)", n)


async def duplicate_swallowed(connection: Connection) -> None:
    with suppress(asyncpg.UniqueViolationError):
        await insert(connection, 1)


async def kill(watcher: Connection, connection: Connection) -> None:
    await watcher.execute(
        "select pg_terminate_backend($1)", connection.get_server_pid()
    )


def test_fact_091_acquire_saves_each_statement_by_itself() -> None:
    async def main() -> None:
        async with table() as (pool, watcher):
            with pytest.raises(KeyError):
                async with pool.acquire() as connection:
                    await insert(connection, 1)
                    raise KeyError
            assert await rows(watcher) == [1]
            with pytest.raises(KeyError):
                async with pool.acquire() as connection, connection.transaction():
                    await insert(connection, 2)
                    raise KeyError
            assert await rows(watcher) == [1]

    asyncio.run(main())


def test_fact_092_an_inner_transaction_is_a_savepoint() -> None:
    async def main() -> None:
        async with table() as (pool, watcher):
            async with pool.acquire() as connection, connection.transaction():
                await insert(connection, 1)
                with suppress(asyncpg.UniqueViolationError):
                    async with connection.transaction():
                        await insert(connection, 2)
                        await insert(connection, 1)
                await insert(connection, 3)
                assert await rows(watcher) == []
            assert await rows(watcher) == [1, 3]

    asyncio.run(main())


def test_fact_92a_an_error_caught_without_a_savepoint_ends_the_transaction() -> None:
    async def main() -> None:
        async with table() as (pool, watcher):
            with pytest.raises(asyncpg.InFailedSQLTransactionError):
                async with pool.acquire() as connection, connection.transaction():
                    await insert(connection, 1)
                    await duplicate_swallowed(connection)
                    await insert(connection, 3)
            assert await rows(watcher) == []

    asyncio.run(main())


def test_fact_92b_the_commit_of_an_ended_transaction_is_silent() -> None:
    async def main() -> None:
        async with table() as (pool, watcher):
            async with pool.acquire() as connection, connection.transaction():
                await insert(connection, 1)
                await duplicate_swallowed(connection)
            assert await rows(watcher) == []
            async with pool.acquire() as connection:
                await connection.execute("begin")
                with suppress(asyncpg.DivisionByZeroError):
                    await connection.execute("select 1/0")
                assert await connection.execute("commit") == "ROLLBACK"

    asyncio.run(main())


def test_fact_093_a_cursor_needs_a_transaction() -> None:
    async def main() -> None:
        async with table() as (_, watcher):
            with pytest.raises(asyncpg.NoActiveSQLTransactionError):
                async for _ in watcher.cursor("select 1"):
                    pass

    asyncio.run(main())


def test_fact_93a_a_cursor_left_early_has_made_fifty_rows() -> None:
    query = "select nextval('made') from generate_series(1, 1000)"

    async def main() -> None:
        async with table() as (_, watcher):
            await watcher.execute("drop sequence if exists made")
            await watcher.execute("create sequence made")
            async with watcher.transaction():
                async for row in watcher.cursor(query):
                    if row[0] == 3:
                        break
                assert await watcher.fetchval("select last_value from made") == 50
            await watcher.fetch(query)
            assert await watcher.fetchval("select last_value from made") == 1050

    asyncio.run(main())


def test_fact_096_a_lock_taken_in_passing_is_gone() -> None:
    async def main() -> None:
        async with table() as (pool, watcher):
            await pool.execute("select pg_advisory_lock(17)")
            assert await watcher.fetchval(LOCKS) == 0
            async with pool.acquire() as connection:
                await connection.execute("select pg_advisory_lock(17)")
                assert await watcher.fetchval(LOCKS) == 1
            assert await watcher.fetchval(LOCKS) == 0

    asyncio.run(main())


def test_fact_96a_a_listener_left_is_dropped_with_a_warning() -> None:
    heard: list[object] = []

    async def main() -> None:
        async with table(size=1) as (pool, watcher):
            with warnings.catch_warnings(record=True, action="always") as noticed:
                async with pool.acquire() as connection:
                    await connection.add_listener(
                        "facts", lambda *event: heard.append(event)
                    )
            assert [w.category for w in noticed] == [asyncpg.InterfaceWarning]
            await watcher.execute("select pg_notify('facts', 'tea')")
            await pool.execute("select 1")
            await asyncio.sleep(0.01)

    asyncio.run(main())
    assert heard == []


def test_fact_100_init_runs_once_and_its_set_is_lost() -> None:
    async def main(option: str) -> tuple[list[str], int]:
        calls = 0

        async def patient(connection: Connection) -> None:
            nonlocal calls
            calls += 1
            await connection.execute("set lock_timeout = '2s'")

        async with asyncpg.create_pool(
            postgres.dsn(), min_size=1, max_size=1, **{option: patient}
        ) as pool:
            uses = [await pool.fetchval("show lock_timeout") for _ in range(3)]
        return uses, calls

    assert asyncio.run(main("init")) == (["2s", "0", "0"], 1)
    assert asyncio.run(main("setup")) == (["2s", "2s", "2s"], 3)


def test_fact_100a_a_notification_is_sent_at_the_commit_and_once() -> None:
    async def main() -> None:
        heard: list[str] = []
        async with table() as (_, watcher):
            await watcher.add_listener("facts", lambda *event: heard.append(event[3]))
            async with watcher.transaction():
                for message in "a", "b", "a":
                    await watcher.execute("select pg_notify('facts', $1)", message)
                assert heard == []
            with pytest.raises(KeyError):
                async with watcher.transaction():
                    await watcher.execute("select pg_notify('facts', 'c')")
                    raise KeyError
            await watcher.execute("select 1")
            assert heard == ["a", "b"]

    asyncio.run(main())


def test_fact_100b_a_transactions_lock_ends_with_it_a_sessions_does_not() -> None:
    async def main() -> None:
        async with table() as (_, watcher):
            with pytest.raises(KeyError):
                async with watcher.transaction():
                    await watcher.execute("select pg_advisory_xact_lock(18)")
                    await watcher.execute("select pg_advisory_lock(17)")
                    await watcher.execute("select pg_advisory_lock(17)")
                    assert await watcher.fetchval(LOCKS) == 2
                    raise KeyError
            left = []
            for _ in range(3):
                done = await watcher.fetchval("select pg_advisory_unlock(17)")
                left.append((done, await watcher.fetchval(LOCKS)))
            assert left == [(True, 1), (True, 0), (False, 0)]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(main())


def test_fact_118_an_advisory_lock_lets_jobs_in_one_at_a_time() -> None:
    async def main(locked: bool) -> int:
        inside = peak = 0
        async with table() as (pool, _):

            @asynccontextmanager
            async def exclusive() -> AsyncGenerator[None]:
                async with pool.acquire() as connection, connection.transaction():
                    await connection.execute("select pg_advisory_xact_lock(17)")
                    yield

            async def job() -> None:
                nonlocal inside, peak
                async with exclusive() if locked else nullcontext():
                    inside += 1
                    peak = max(peak, inside)
                    await asyncio.sleep(0.01)
                    inside -= 1

            await asyncio.gather(job(), job(), job())
        return peak

    assert asyncio.run(main(locked=True)) == 1
    assert asyncio.run(main(locked=False)) == 3


def test_fact_tx1_the_exit_raises_after_a_good_block() -> None:
    async def main() -> None:
        ended = False
        async with table() as (pool, watcher):
            await watcher.execute(
                "alter table t add unique (balance) deferrable initially deferred"
            )
            with pytest.raises(asyncpg.UniqueViolationError):
                async with pool.acquire() as connection, connection.transaction():
                    await insert(connection, 1)
                    await insert(connection, 2)
                    ended = True
            assert ended
            assert await rows(watcher) == []

    asyncio.run(main())


def test_fact_tx2_the_exit_replaces_the_error_of_a_killed_session() -> None:
    async def main() -> None:
        async with table() as (_, watcher):
            doomed = await asyncpg.connect(postgres.dsn())
            with pytest.raises(asyncpg.InterfaceError, match="__aexit__") as caught:
                async with doomed.transaction():
                    await insert(doomed, 1)
                    sleep = asyncio.create_task(doomed.execute("select pg_sleep(60)"))
                    await kill(watcher, doomed)
                    await sleep
            hidden = caught.value.__context__
            assert isinstance(hidden, asyncpg.ConnectionDoesNotExistError)
            assert await rows(watcher) == []

    asyncio.run(main())


@pytest.mark.parametrize(
    "level, second", [("read_committed", 150), ("repeatable_read", 100)]
)
def test_fact_tx3_what_a_second_read_sees(level: str, second: int) -> None:
    async def main() -> None:
        async with table() as (pool, watcher):
            await insert(watcher, 1)
            async with pool.acquire() as one, one.transaction(isolation=level):
                assert await one.fetchval("select balance from t") == 100
                await watcher.execute("update t set balance = 150")
                assert await one.fetchval("select balance from t") == second

    asyncio.run(main())


def test_fact_tx4_a_lost_update_is_refused_above_read_committed() -> None:
    async def main(level: str) -> int:
        async with table() as (pool, watcher):
            await insert(watcher, 1)
            async with pool.acquire() as one, one.transaction(isolation=level):
                balance = await one.fetchval("select balance from t")
                await watcher.execute("update t set balance = balance - 30")
                await one.execute("update t set balance = $1", balance - 50)
            return await watcher.fetchval("select balance from t")

    assert asyncio.run(main("read_committed")) == 50  # 30 are lost
    with pytest.raises(asyncpg.SerializationError):
        asyncio.run(main("repeatable_read"))


def test_fact_tx6_one_of_two_in_a_deadlock_is_ended() -> None:
    async def main() -> None:
        async with table() as (pool, watcher):
            await insert(watcher, 1)
            await insert(watcher, 2)
            meet = asyncio.Barrier(2)

            async def pay(source: int, target: int) -> None:
                change = "update t set balance = balance + $2 where n = $1"
                async with pool.acquire() as connection, connection.transaction():
                    await connection.execute(change, source, -10)
                    await meet.wait()
                    await connection.execute(change, target, 10)

            results = await asyncio.gather(pay(1, 2), pay(2, 1), return_exceptions=True)
            kinds = Counter(type(result) for result in results)
            assert kinds == {asyncpg.DeadlockDetectedError: 1, type(None): 1}
            assert await watcher.fetchval("select sum(balance) from t") == 200

    asyncio.run(main())


def test_fact_tx7_a_retry_saves_once_and_repeats_its_effects() -> None:
    async def main() -> None:
        mails = []
        async with table() as (pool, watcher):
            for attempt in 1, 2:
                with suppress(asyncpg.SerializationError):
                    async with pool.acquire() as connection, connection.transaction():
                        await insert(connection, 7)
                        mails.append(attempt)
                        if attempt == 1:
                            await connection.execute(REFUSE)
            assert await rows(watcher) == [7]
            assert mails == [1, 2]

    asyncio.run(main())


async def two_rows(connection: Connection) -> None:
    async with connection.transaction():
        await insert(connection, 1)
        await insert(connection, 2)


def test_fact_tx8_cancelled_at_begin_it_is_open_at_commit_it_is_saved() -> None:
    async def main() -> None:
        saved: list[int] = []
        async with table() as (_, watcher):
            bare = await asyncpg.connect(postgres.dsn())

            async def left() -> list[str]:
                saved.append(len(await rows(watcher)))
                is_open = bare.is_in_transaction()
                await bare.reset()
                await watcher.execute("delete from t")
                return ["transaction"] if is_open else []

            report = await sweep_task(lambda: two_rows(bare), leaked=left)
            await bare.close()
        assert report.leaks == [1]
        assert saved[:5] == [2, 0, 0, 0, 2]

    asyncio.run(main())


def test_fact_tx9_after_a_cancelled_begin_nothing_is_ever_saved() -> None:
    async def main() -> None:
        async with table() as (_, watcher):
            bare = await asyncpg.connect(postgres.dsn())
            task = asyncio.create_task(two_rows(bare))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            await two_rows(bare)
            assert await rows(bare) == [1, 2]
            assert await rows(watcher) == []
            await bare.close()
            assert await rows(watcher) == []

    asyncio.run(main())


def test_fact_tx10_the_release_ends_what_a_cancellation_left_open() -> None:
    async def main() -> None:
        async with table(size=1) as (pool, watcher):

            async def scenario() -> None:
                async with pool.acquire() as connection:
                    await two_rows(connection)

            async def left() -> list[str]:
                await watcher.execute("delete from t")
                count = await watcher.fetchval(
                    "select count(*) from pg_stat_activity where state like 'idle in%'"
                    " and datname = current_database()"
                )
                lost = pool.get_size() - pool.get_idle_size()
                return ["transaction"] * count + ["connection"] * lost

            assert (await sweep_task(scenario, leaked=left)).clean

    asyncio.run(main())


def test_fact_tx11_a_scope_of_anyio_cuts_the_rollback() -> None:
    async def main() -> None:
        sleep = "select pg_sleep(60)"
        async with table() as (_, watcher):
            bare = await asyncpg.connect(postgres.dsn())

            async def once_it_runs(cancel: Callable[[], object]) -> None:
                query = "select count(*) from pg_stat_activity where query = $1"
                while not await watcher.fetchval(query, sleep):  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
                cancel()

            async def slow() -> None:
                async with bare.transaction():
                    await bare.execute(sleep)

            task = asyncio.create_task(slow())
            await once_it_runs(task.cancel)
            await asyncio.wait([task])
            assert not bare.is_in_transaction()
            await bare.execute("select 1")  # the next query: that one is over

            with anyio.CancelScope() as scope:
                other = asyncio.create_task(once_it_runs(scope.cancel))
                await slow()
            await other
            assert bare.is_in_transaction()
            with pytest.raises(asyncpg.InFailedSQLTransactionError):
                await bare.execute("select 1")
            bare.terminate()

    asyncio.run(main())


def test_fact_tx12_a_killed_listener_is_told_by_a_termination_listener() -> None:
    async def main() -> None:
        heard: list[object] = []
        lost = asyncio.Event()
        async with table() as (_, watcher):
            bare = await asyncpg.connect(postgres.dsn())
            await bare.add_listener("facts", lambda *event: heard.append(event))
            bare.add_termination_listener(lambda _: lost.set())
            await kill(watcher, bare)
            async with asyncio.timeout(5):
                await lost.wait()
            assert bare.is_closed()
        assert heard == []

    asyncio.run(main())
