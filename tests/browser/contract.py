"""What asyncpg and PostgreSQL do, one line a case: run here and in the browser.

Each case is a coroutine function that takes an address and gives what can be seen:
values, or the type and the words of an error. Nothing here knows where it runs.
"""

from __future__ import annotations

import asyncio
import datetime
import decimal
import ipaddress
import json
import re
import uuid
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg

CASES: dict[str, Callable[[str], Awaitable[object]]] = {}


def case(function):
    CASES[function.__name__.replace("_", " ")] = function
    return function


async def outcome(awaitable):
    """A value, or an error in words."""
    try:
        return await awaitable
    except Exception as error:
        state = getattr(error, "sqlstate", None)
        detail = getattr(error, "detail", None)
        return f"{type(error).__name__} {state}: {error} | {detail}"


@asynccontextmanager
async def connected(dsn, **options):
    connection = await asyncpg.connect(dsn, **options)
    try:
        yield connection
    finally:
        if not connection.is_closed():
            await connection.close()


async def fresh(c):
    await c.execute("drop table if exists seat")
    await c.execute("create table seat (id int primary key, who text unique)")


def value(name, sql, *args):
    async def run(dsn):
        async with connected(dsn) as c:
            found = await outcome(c.fetchval(sql, *args))
            return type(found).__name__, found

    CASES[name] = run


# -- values -------------------------------------------------------------------

MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 5, 600)
SAME = uuid.UUID("12345678-1234-5678-1234-567812345678")
for name, kind, given in [
    ("bool", "bool", True),
    ("small integer", "int2", -7),
    ("integer", "int4", 41),
    ("big integer", "int8", 2**62),
    ("real", "float4", 1.5),
    ("double", "float8", -0.1),
    ("numeric", "numeric", decimal.Decimal("-1234567.8900")),
    ("small numeric", "numeric", decimal.Decimal("0.00001234")),
    ("round numeric", "numeric", decimal.Decimal("1E+10")),
    ("infinite numeric", "numeric", decimal.Decimal("-Infinity")),
    ("text", "text", 'a "quoted" \\ ü line\n'),
    ("bytes", "bytea", b"\x00\xff"),
    ("date", "date", datetime.date(2026, 1, 2)),
    ("last date", "date", datetime.date.max),
    ("time", "time", datetime.time(3, 4, 5, 600)),
    ("timestamp", "timestamp", MOMENT),
    ("timestamp with time zone", "timestamptz", MOMENT.replace(tzinfo=datetime.UTC)),
    ("time with time zone", "timetz", datetime.time(3, 4, tzinfo=datetime.UTC)),
    ("interval", "interval", datetime.timedelta(days=3, seconds=7, microseconds=1)),
    ("json", "json", '{"a": [1, null]}'),
    ("jsonb", "jsonb", '{"a": [1, null]}'),
    ("uuid", "uuid", SAME),
    ("inet", "inet", ipaddress.ip_address("10.0.0.1")),
    ("cidr", "cidr", ipaddress.ip_network("10.0.0.0/8")),
    ("bits", "varbit", asyncpg.BitString("1010 1")),
    ("point", "point", asyncpg.Point(1, 2)),
    ("path", "path", asyncpg.Path((1, 2), (3, 4), is_closed=False)),
    ("circle", "circle", asyncpg.Circle((1, 2), 3)),
    ("array", "int[]", [1, None, 3]),
    ("empty array", "int[]", []),
    ("array of arrays", "int[]", [[1, 2], [3, 4]]),
    ("array of texts", "text[]", ["a,b", "", None, 'q"', "NULL"]),
    ("array of numerics", "numeric[]", [decimal.Decimal("1.50")]),
    ("array of dates", "date[]", [datetime.date(2026, 1, 2)]),
    ("range", "int4range", asyncpg.Range(1, 5)),
    ("open range", "int4range", asyncpg.Range(None, 5, upper_inc=True)),
    ("empty range", "int4range", asyncpg.Range(empty=True)),
    ("range of dates", "daterange", [datetime.date(2026, 1, 2), None]),
    ("range of times", "tsrange", (MOMENT, None)),
    ("multirange", "int4multirange", [asyncpg.Range(1, 3), asyncpg.Range(5, 7)]),
    ("null", "int", None),
]:
    value(f"value: {name}", f"select $1::{kind}", given)

for name, kind, given in [
    ("text for an integer", "int", "41"),
    ("float for an integer", "int", 1.5),
    ("too large an integer", "int", 2**40),
    ("integer for a text", "text", 41),
    ("integer for a bool", "bool", 1),
    ("text for a date", "date", "2026-01-02"),
    ("text for a timestamp", "timestamp", "2026-01-02"),
    ("text for bytes", "bytea", "abc"),
    ("text for a double", "float8", "1.5"),
    ("text for a numeric", "numeric", "many"),
    ("text for an array", "int[]", "1,2"),
    ("texts for integers", "int[]", [1, "two"]),
    ("ragged array", "int[]", [[1], [2, 3]]),
    ("wrong uuid", "uuid", "no uuid"),
    ("integer for a range", "int4range", 5),
    ("long text for an integer", "int", "x" * 60),
    ("dict for jsonb", "jsonb", {"a": 1}),
]:
    value(f"refused: {name}", f"select $1::{kind}", given)

for name, sql in [
    ("months", "select interval '14 months -3 days 04:05:06.7'"),
    ("negative months", "select interval '-14 months'"),
    ("infinity", "select timestamp 'infinity'"),
    ("anonymous record", "select row(1, 'a'::text, null::int)"),
    ("void", "select pg_sleep(0)"),
    ("oid", "select 'pg_class'::regclass"),
    ("text search", "select to_tsvector('simple', 'a b')"),
    ("money", "select 12.5::money"),
    ("version", "select current_setting('server_version_num')::int / 10000 >= 15"),
    ("setting", "select current_setting('default_transaction_isolation')"),
    ("no privileges", "select current_setting('is_superuser')"),
    ("division by zero", "select 1/0"),
    ("unknown table", "select * from nowhere"),
    ("unknown column", "select nothing"),
    ("syntax error", "selekt 1"),
    ("too few arguments", "select $1::int"),
    ("two statements", "select 1; select 2"),
]:
    value(f"query: {name}", sql)


# -- rows ----------------------------------------------------------------------


@case
async def record(dsn):
    async with connected(dsn) as c:
        row = await c.fetchrow("select 1 as id, 'a' as name, null as gone")
        missing = await outcome(asyncio.sleep(0, None))
        try:
            row["nothing"]
        except KeyError as error:
            missing = repr(error)
        try:
            row[7]
        except IndexError as error:
            missing = missing, repr(error)
        shape = repr(row), len(row), tuple(row), list(row.keys()), list(row.values())
        more = dict(row), row["id"], row[1], row[0:2], row.get("x", 5), "id" in row
        return shape, more, list(row.items()), row == (1, "a", None), missing


@case
async def same_names(dsn):
    async with connected(dsn) as c:
        row = await c.fetchrow("select 1 as n, 2 as n")
        return repr(row), row["n"], dict(row)


@case
async def commands(dsn):
    async with connected(dsn) as c:
        await fresh(c)
        return [
            await c.execute("insert into seat values (1, 'a'), (2, 'b')"),
            await c.execute("update seat set who = 'c' where id = $1", 1),
            await c.execute("delete from seat"),
            await c.execute("begin; commit"),
            await c.fetch("select * from seat"),
            await c.fetchrow("select * from seat"),
            await c.fetchval("select 1, 2", column=1),
        ]


@case
async def empty_query(dsn):
    async with connected(dsn) as c:
        return await outcome(c.execute("")), await c.fetch("")


@case
async def executemany(dsn):
    async with connected(dsn) as c:
        await fresh(c)
        said = await c.executemany(
            "insert into seat values ($1, $2)", [(1, "a"), (2, "b")]
        )
        twice = await outcome(
            c.executemany("insert into seat values ($1, $2)", [(3, "c"), (4, "a")])
        )
        wrong = await outcome(
            c.executemany("insert into seat values ($1, $2)", [(5, "e"), ("six", "f")])
        )
        many = await c.fetchmany("select $1::int * 2", [(1,), (2,)])
        return said, twice, wrong, many, await c.fetchval("select count(*) from seat")


@case
async def unique_violation(dsn):
    async with connected(dsn) as c:
        await fresh(c)
        await c.execute("insert into seat values (1, 'a')")
        try:
            await c.execute("insert into seat values (2, $1)", "a")
        except asyncpg.UniqueViolationError as error:
            return error.as_dict().keys() >= {"message"}, (
                str(error),
                error.detail,
                error.constraint_name,
                error.table_name,
                error.schema_name,
                error.severity,
                error.sqlstate,
            )


@case
async def other_violations(dsn):
    async with connected(dsn) as c:
        await c.execute("drop table if exists item")
        await c.execute(
            "create table item (id int primary key, n int not null check (n > 0))"
        )
        return [
            await outcome(c.execute("insert into item values (1, null)")),
            await outcome(c.execute("insert into item values (1, -1)")),
            await outcome(c.execute("insert into item values (1, 'x')")),
            await outcome(c.execute("create table item (id int)")),
            await outcome(c.execute("drop table nothing")),
        ]


# -- statements, cursors, transactions ----------------------------------------


@case
async def prepared_statement(dsn):
    async with connected(dsn) as c:
        statement = await c.prepare("select $1::int + 1 as next, $2::text as t")
        kinds = [p.name for p in statement.get_parameters()]
        columns = [(a.name, a.type.name) for a in statement.get_attributes()]
        rows = await statement.fetch(1, "a"), await statement.fetchval(2, "b")
        return kinds, columns, rows, statement.get_statusmsg(), statement.get_query()


@case
async def explained(dsn):
    async with connected(dsn) as c:
        statement = await c.prepare("select 1")
        return (await statement.explain())[0]["Plan"]["Node Type"]


@case
async def cursor(dsn):
    async with connected(dsn) as c:
        async with c.transaction():
            seen = [
                r[0] async for r in c.cursor("select generate_series(1, 5)", prefetch=2)
            ]
            k = await c.cursor("select generate_series(1, 5)")
            steps = await k.fetchrow(), await k.fetch(2), await k.forward(1)
            rest = await k.fetch(9), await k.fetchrow()
        return seen, steps, rest


@case
async def cursor_outside(dsn):
    async with connected(dsn) as c:

        async def use():
            async for _ in c.cursor("select 1"):
                pass

        return await outcome(use())


@case
async def transactions(dsn):
    async with connected(dsn) as c:
        await fresh(c)
        told = [c.is_in_transaction()]
        try:
            async with c.transaction():
                told.append(c.is_in_transaction())
                await c.execute("insert into seat values (1, 'a')")
                try:
                    async with c.transaction():
                        await c.execute("insert into seat values (2, 'a')")
                except asyncpg.UniqueViolationError:
                    told.append("inner rolled back")
                told.append(await c.fetchval("select count(*) from seat"))
                raise KeyError("x")
        except KeyError:
            told.append(await c.fetchval("select count(*) from seat"))
        return told, c.is_in_transaction()


@case
async def failed_transaction(dsn):
    async with connected(dsn) as c:
        await c.execute("begin")
        first = await outcome(c.execute("select 1/0"))
        second = await outcome(c.execute("select 1"))
        third = await outcome(c.fetchval("select 1"))
        return first, second, third, c.is_in_transaction(), await c.execute("rollback")


@case
async def isolation_levels(dsn):
    async with connected(dsn) as c:
        seen = []
        for level in ("read_committed", "repeatable_read", "serializable"):
            async with c.transaction(isolation=level, readonly=True):
                seen.append(await c.fetchval("show transaction_isolation"))
        async with c.transaction(readonly=True):
            seen.append(await outcome(c.execute("create table never (id int)")))
        return seen


@case
async def transaction_misuse(dsn):
    async with connected(dsn) as c:
        t = c.transaction()
        early = await outcome(t.commit())
        await t.start()
        again = await outcome(t.start())
        await t.rollback()
        return (
            early,
            again,
            await outcome(t.commit()),
            await outcome(c.execute("commit")),
        )


@case
async def manual_begin(dsn):
    async with connected(dsn) as c:
        await c.execute("begin")

        async def use():
            async with c.transaction():
                pass

        said = await outcome(use())
        await c.execute("rollback")
        return said


# -- cancellation and timeouts -------------------------------------------------


@case
async def timeouts(dsn):
    async with connected(dsn) as c:
        said = [await outcome(c.execute("select pg_sleep(9)", timeout=0.05))]
        said.append(await outcome(c.fetchval("select pg_sleep(9)", timeout=0.05)))
        said.append(await outcome(c.fetchval("select pg_sleep($1)", 9, timeout=0.05)))
        try:
            async with asyncio.timeout(0.05):
                await c.execute("select pg_sleep(9)")
        except TimeoutError:
            said.append("TimeoutError")
        return said, await c.fetchval("select 1")


@case
async def cancelled_in_a_transaction(dsn):
    async with connected(dsn) as c:
        await c.execute("begin")
        told = [await outcome(c.execute("select pg_sleep(9)", timeout=0.05))]
        told.append(await outcome(c.execute("select 1")))
        return told, await c.execute("rollback")


@case
async def slow_query_cancelled(dsn):
    async with connected(dsn) as c:
        sql = "select count(*) from generate_series(1, 300000) a where sqrt(a) > 0"
        return await outcome(c.fetchval(sql, timeout=0.001))


@case
async def statement_timeout(dsn):
    async with connected(dsn) as c:
        await c.execute("set statement_timeout = 50")
        return await outcome(c.execute("select pg_sleep(0.3)"))


@case
async def two_at_once(dsn):
    async with connected(dsn) as c:
        both = asyncio.gather(
            c.fetchval("select pg_sleep(0.05)"),
            c.fetchval("select 1"),
            return_exceptions=True,
        )
        return [repr(each) for each in await both]


# -- connections and pools -----------------------------------------------------


@case
async def closed(dsn):
    async with connected(dsn) as c:
        await c.close()
        return c.is_closed(), await outcome(c.fetchval("select 1"))


@case
async def terminated(dsn):
    async with connected(dsn) as c:
        waiting = asyncio.ensure_future(outcome(c.execute("select pg_sleep(9)")))
        await asyncio.sleep(0.05)
        c.terminate()
        return await waiting, c.is_closed()


@case
async def closed_with_a_transaction(dsn):
    async with connected(dsn) as watcher:
        await fresh(watcher)
        async with connected(dsn) as c:
            await c.execute("begin")
            await c.execute("insert into seat values (1, 'a')")
            await c.close()
        return await watcher.fetchval("select count(*) from seat")


@case
async def pools(dsn):
    async def use(connection):
        return await connection.fetchval("select 1")

    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        sizes = [pool.get_size(), pool.get_idle_size(), pool.get_max_size()]
        async with pool.acquire() as a, pool.acquire() as b:
            sizes += [pool.get_size(), pool.get_idle_size()]
            full = await outcome(pool.acquire(timeout=0.05))
            values = await a.fetchval("select 1"), await b.fetchval("select 2")
        released = await outcome(use(a))
        again = await pool.fetchval("select 3")
    return (
        sizes,
        full,
        values,
        released,
        again,
        await outcome(pool.fetchval("select 4")),
    )


@case
async def released_in_a_transaction(dsn):
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
        async with pool.acquire() as c:
            await c.execute("begin")
            await c.execute("set search_path to pg_catalog")
        async with pool.acquire() as c:
            path = await c.fetchval("select current_setting('search_path')")
            return c.is_in_transaction(), path


@case
async def too_many(dsn):
    opened = []
    try:
        for _ in range(25):
            opened.append(await asyncpg.connect(dsn))
    except asyncpg.PostgresError as error:
        words = str(error).split('"')[0]
        return type(error).__name__, words
    finally:
        for each in opened:
            await each.close()


@case
async def listen_and_notify(dsn):
    async with connected(dsn) as hears, connected(dsn) as says:
        heard = asyncio.Queue()

        def note(connection, pid, channel, payload):
            heard.put_nowait((connection is hears, channel, payload))

        await hears.add_listener("news", note)
        await says.execute("notify news, 'one'")
        await says.fetchval("select pg_notify($1, $2)", "news", "two")
        said = [await asyncio.wait_for(heard.get(), 2) for _ in range(2)]
        await hears.remove_listener("news", note)
        return said


@case
async def notices(dsn):
    async with connected(dsn) as c:
        seen = []
        c.add_log_listener(lambda _, message: seen.append(str(message)))
        await c.execute("drop table if exists never_made")
        await c.execute("do $$ begin raise notice 'hello'; end $$")
        await asyncio.sleep(0.01)
        return seen


@case
async def own_codec(dsn):
    async with connected(dsn) as c:
        await c.set_type_codec(
            "jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
        )
        return await c.fetchval("select $1::jsonb", {"a": [1]})


@case
async def own_types(dsn):
    async with connected(dsn) as c:
        for sql in (
            "drop type if exists mood, pair cascade",
            "create type mood as enum ('ok', 'sad')",
            "create type pair as (n int, t text)",
        ):
            await c.execute(sql)
        got = await c.fetchval("select $1::pair", (1, "a"))
        wrong = await outcome(c.fetchval("select $1::mood", "glad"))
        enum = await c.fetchval("select $1::mood", "ok")
        return repr(got), enum, wrong, await c.fetchval("select array['ok']::mood[]")


@case
async def copies(dsn):
    async with connected(dsn) as c:
        await fresh(c)
        rows = [(1, "a"), (2, None)]
        said = await c.copy_records_to_table("seat", records=rows)
        written = bytearray()

        async def sink(data):
            written.extend(data)

        out = await c.copy_from_query("select * from seat", output=sink)
        return said, out, bytes(written)


# -- several sessions ----------------------------------------------------------


@case
async def uncommitted_rows_are_not_seen(dsn):
    async with connected(dsn) as a, connected(dsn) as b:
        await fresh(a)
        async with a.transaction():
            await a.execute("insert into seat values (1, 'a')")
            sql = "select count(*) from seat"
            return await outcome(b.fetchval(sql, timeout=0.5))


@case
async def row_lock(dsn):
    async with connected(dsn) as a, connected(dsn) as b:
        await fresh(a)
        await a.execute("insert into seat values (1, 'a')")
        async with a.transaction():
            await a.execute("update seat set who = 'b'")
            sql = "select who from seat for update skip locked"
            return await outcome(b.fetch(sql, timeout=0.5))


@case
async def own_settings(dsn):
    async with connected(dsn) as a, connected(dsn) as b:
        await a.execute("set work_mem = '7MB'")
        return await b.fetchval("show work_mem") == "7MB"


@case
async def own_temporary_tables(dsn):
    async with connected(dsn) as a, connected(dsn) as b:
        await a.execute("create temp table mine (id int)")
        return await outcome(b.fetch("select * from mine"))


@case
async def advisory_locks(dsn):
    async with connected(dsn) as a, connected(dsn) as b:
        await a.execute("select pg_advisory_lock(5)")
        return await b.fetchval("select pg_try_advisory_lock(5)")


@case
async def activity(dsn):
    named = {"application_name": "contract"}
    async with connected(dsn, server_settings=named), connected(dsn) as b:
        sql = "select count(*) from pg_stat_activity where application_name = $1"
        return await b.fetchval(sql, "contract")


@case
async def different_processes(dsn):
    async with connected(dsn) as a, connected(dsn) as b:
        sql = "select pg_backend_pid()"
        return await a.fetchval(sql) != await b.fetchval(sql)


@case
async def terminated_by_another(dsn):
    async with connected(dsn) as a, connected(dsn) as b:
        if await a.fetchval("select pg_backend_pid()") == await b.fetchval(
            "select pg_backend_pid()"
        ):
            return "one process"
        await b.execute("select pg_terminate_backend($1)", a.get_server_pid())
        await asyncio.sleep(0.1)
        return await outcome(a.fetchval("select 1"))


async def run_all(dsn):
    """Every case's line, as it can be compared."""
    lines = {}
    for name, function in CASES.items():
        try:
            async with asyncio.timeout(20):
                seen = repr(await function(dsn))
                lines[name] = re.sub(r" at 0x[0-9a-f]+", "", seen)
        except BaseException as error:
            lines[name] = f"FAILED with {type(error).__name__}: {error}"
    return lines
