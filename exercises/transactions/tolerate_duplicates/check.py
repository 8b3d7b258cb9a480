"""What is saved and what is skipped, with duplicates and with real errors."""

import asyncio
import contextlib

import asyncpg

from asyncwith import postgres
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("save_all",)

DSN = postgres.dsn()
TEA = [(1, "ada"), (2, "bob"), (3, "cleo")]


@contextlib.asynccontextmanager
async def fair(*there: int):
    """A connection, and a table with some visitors already there."""
    connection = await asyncpg.connect(DSN)
    try:
        await connection.execute("drop table if exists visitors")
        await connection.execute(
            "create table visitors (id int primary key, name text not null)"
        )
        for number in there:
            await connection.execute("insert into visitors values ($1, 'old')", number)
        yield connection
    finally:
        connection.terminate()


async def numbers(connection, name: str = "%") -> list[int]:
    rows = await connection.fetch(
        "select id from visitors where name like $1 order by id", name
    )
    return [row["id"] for row in rows]


async def expect_over(connection) -> None:
    """No transaction is open: the server says so, not the client."""
    assigned = await connection.fetchval("select pg_current_xact_id()")
    again = await connection.fetchval("select pg_current_xact_id()")
    expect(
        assigned != again and not connection.is_in_transaction(),
        hint="`save_all` has returned, and its transaction is still open.",
        saw="two statements run in one transaction",
    )


async def save(submission: Submission, connection, visitors=TEA) -> object:
    """What it returned, or the error that came out."""
    try:
        return await submission.save_all(connection, visitors)
    except (Exception, asyncio.CancelledError) as error:
        return error


@case("no duplicates", seconds=20)  # the first query may start a server
async def none(submission: Submission):
    async with fair() as connection:
        skipped = await save(submission, connection)
        seen = await numbers(connection)
        expect(
            same(seen, [1, 2, 3]),
            hint="All three are new, and should be in the table.",
            saw=f"in the table: {seen}; {skipped!r}",
        )
        expect(
            same(skipped, []),
            hint="It returns the numbers that it skipped, a list.",
            saw=f"returned {skipped!r}",
        )
        await expect_over(connection)
        once = ((number, "zoe") for number in (9, 8))
        skipped = await save(submission, connection, once)
        seen = await numbers(connection)
        expect(
            same(seen, [1, 2, 3, 8, 9]) and same(skipped, []),
            hint="The visitors come from an iterable, and it can be read once. How "
            "often do you read it?",
            saw=f"in the table: {seen}; {skipped!r}",
        )
        rows = await connection.fetch("select id from visitors order by ctid")
        seen = [row["id"] for row in rows]
        expect(
            same(seen, [1, 2, 3, 9, 8]),
            hint="Insert them in the order in which they come.",
            saw=f"1, 2, 3, then 9 and 8 were given; inserted {seen}",
        )


@case("a duplicate at each place of the list")
async def one(submission: Submission):
    for place, number in enumerate((1, 2, 3)):
        async with fair(number) as connection:
            skipped = await save(submission, connection)
            expect(
                not isinstance(skipped, asyncpg.InFailedSQLTransactionError),
                hint="The duplicate was caught, and the next insert is refused. What "
                "does the server believe about this transaction?",
                saw=f"duplicate at place {place + 1} of 3: {skipped!r}",
            )
            expect(
                not isinstance(skipped, asyncpg.UniqueViolationError),
                hint="A duplicate is to be skipped.",
                saw=f"duplicate at place {place + 1} of 3: {skipped!r}",
            )
            new = await numbers(connection, "%o%") + await numbers(connection, "ada")
            wanted = [n for n in (1, 2, 3) if n != number]
            seen = await numbers(connection)
            expect(
                same(seen, [1, 2, 3]),
                hint="No error came, and visitors are missing. To what does the "
                "server answer a COMMIT, after a statement has failed?",
                saw=f"duplicate at place {place + 1} of 3; in the table: {seen}",
            )
            expect(
                same(sorted({*new} - {number}), wanted)
                and same(await numbers(connection, "old"), [number]),
                hint="What was there already should stay as it was.",
                saw=f"duplicate {number} has another name now",
            )
            expect(
                same(skipped, [number]),
                hint="It returns the numbers that it skipped, a list.",
                saw=f"returned {skipped!r}, skipped should be {[number]}",
            )
            await expect_over(connection)


@case("nothing but duplicates, and one number twice in the list")
async def all_of_them(submission: Submission):
    async with fair(1, 2, 3) as connection:
        skipped = await save(submission, connection, [TEA[2], TEA[0], TEA[1]])
        expect(
            same(skipped, [3, 1, 2]),
            hint="It returns the numbers that it skipped, in the order of the list.",
            saw=f"3, 1, 2 were there; returned {skipped!r}",
        )
        twice = await save(submission, connection, [(4, "dora"), (4, "dan")])
        expect(
            same(twice, [4]) and same(await numbers(connection), [1, 2, 3, 4]),
            hint="A number that stands in the list twice is new once.",
            saw=f"returned {twice!r}",
        )
        first = await numbers(connection, "dora")
        expect(
            same(first, [4]),
            hint="Its first line is the one that is new. Which of the two is saved?",
            saw="4 came as dora, then as dan; dan is in the table",
        )


@case("a visitor without a name")
async def no_name(submission: Submission):
    async with fair(2) as connection:
        error = await save(submission, connection, [*TEA, (4, None), (5, "eve")])
        expect(
            isinstance(error, asyncpg.NotNullViolationError),
            hint="A visitor without a name is no duplicate. Whoever called should "
            "hear of it.",
            saw=f"{error!r}",
        )
        expect(
            same(await numbers(connection), [2]),
            hint="The import failed, and a part of it is saved. What holds all the "
            "inserts together?",
            saw=f"in the table: {await numbers(connection)}, there before: [2]",
        )
        await expect_over(connection)


@case("the iterable raises in the middle")
async def iterable_raises(submission: Submission):
    def lines(error):
        yield 1, "ada"
        yield 2, "bob"
        raise error

    for broken in KeyError("line 3"), asyncio.CancelledError():
        async with fair(2) as connection:
            error = await save(submission, connection, lines(broken))
            expect(
                error is broken,
                hint="The list itself was broken, and whoever called should hear of "
                "it.",
                saw=f"{error!r}",
            )
            expect(
                not connection.is_in_transaction(),
                hint="It was left by something else than an `Exception`, and its "
                "transaction is still open. What does your cleanup not catch?",
                saw=f"after {error!r} a transaction is open",
            )
            expect(
                same(await numbers(connection), [2]),
                hint="The import failed, and a part of it is saved. What holds all "
                "the inserts together?",
                saw=f"in the table: {await numbers(connection)}, there before: [2]",
            )


@case("inside the caller's transaction, which is rolled back")
async def inside(submission: Submission):
    async with fair(2) as connection:
        skipped: object = None
        with contextlib.suppress(KeyError):
            async with connection.transaction():
                skipped = await save(submission, connection)
                expect(
                    connection.is_in_transaction(),
                    hint="The caller's transaction is over, and it was not yours to "
                    "end.",
                    saw="no transaction is open after save_all",
                )
                raise KeyError
        expect(
            same(skipped, [2]) and same(await numbers(connection), [2]),
            hint="The caller rolled back, and your inserts are still there, or never "
            "came. How does a transaction begin inside another one?",
            saw=f"{skipped!r}; in the table: {await numbers(connection)}",
        )


@case("inside the caller's transaction, which goes on after an error")
async def caller_goes_on(submission: Submission):
    async with fair(2) as connection:
        async with connection.transaction():
            await connection.execute("insert into visitors values (7, 'host')")
            error = await save(submission, connection, [*TEA, (4, None)])
            expect(
                isinstance(error, asyncpg.NotNullViolationError),
                hint="A visitor without a name is no duplicate. Whoever called should "
                "hear of it.",
                saw=f"{error!r}",
            )
            with contextlib.suppress(asyncpg.InFailedSQLTransactionError):
                await connection.execute("insert into visitors values (8, 'guest')")
        seen = await numbers(connection)
        expect(
            same(seen, [2, 7, 8]),
            hint="The call failed, and its caller went on: nothing of the call is to "
            "be saved, and all of the caller's. What bounds the call inside a "
            "transaction that is not its own?",
            saw=f"the caller saved 7 and 8; in the table: {seen}, before: [2]",
        )
