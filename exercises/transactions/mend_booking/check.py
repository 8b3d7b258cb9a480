"""Seats, bookings and charges, under refusals, rivals and cancellation."""

import asyncio
import contextlib

import asyncpg

from asyncwith import postgres, sweep_task
from asyncwith.checking import Sessions, Submission, case, expect, same

DEFINES = ("book",)

DSN = postgres.dsn()
OURS = Sessions(DSN, "mend_booking")
# The trigger refuses as often as the plan says. A sequence is not rolled back,
# so it counts the attempts; the other one counts the bookings that were tried.
TABLES = """
drop table if exists bookings, shows, plan;
drop sequence if exists tries, inserts;
create sequence tries;
create sequence inserts;
create table shows (id int primary key, free int not null);
create table bookings (show int, customer int, primary key (show, customer));
create table plan (refusals int, code text);
insert into shows values (3, 10);
insert into plan values (0, '40001');
create or replace function refuse() returns trigger language plpgsql as $$
declare
    planned plan;
begin
    select * into planned from plan;
    if nextval('tries') <= planned.refusals then
        raise exception 'refused' using errcode = planned.code;
    end if;
    return null;
end $$;
create or replace function count_insert() returns trigger language plpgsql as $$
begin
    perform nextval('inserts');
    return null;
end $$;
create trigger count_insert before insert on bookings
for each statement execute function count_insert();
"""
AT_ONCE = """
create trigger refuse after update on shows for each row execute function refuse()
"""
AT_COMMIT = """
create constraint trigger refuse after update on shows
deferrable initially deferred for each row execute function refuse()
"""


class Shop:
    """The tables, seen and changed by sessions of the check's own; and the bank."""

    def __init__(self, pool, watcher, rival):
        self.pool = pool
        self.watcher = watcher
        self.rival = rival
        self.charged: list[int] = []
        self.early: list[int] = []  # charged while the booking was not saved

    async def charge(self, customer: int) -> None:
        self.charged.append(customer)
        if customer not in await self.booked():
            self.early.append(customer)

    async def refuse(self, times: int, code: str = "40001", when: str = AT_ONCE):
        await self.watcher.execute(when)
        await self.watcher.execute("update plan set refusals = $1", times)
        await self.watcher.execute("update plan set code = $1", code)

    async def tries(self) -> int:
        return await self.watcher.fetchval(
            "select last_value - (not is_called)::int from tries"
        )

    async def inserts(self) -> int:
        return await self.watcher.fetchval(
            "select last_value - (not is_called)::int from inserts"
        )

    async def booked(self) -> list[int]:
        rows = await self.watcher.fetch(
            "select customer from bookings order by customer"
        )
        return [row["customer"] for row in rows]

    async def free(self) -> int:
        return await self.watcher.fetchval("select free from shows")

    async def saw(self) -> str:
        return (
            f"booked {await self.booked()}, charged {self.charged}, "
            f"{await self.free()} seats free"
        )


@contextlib.asynccontextmanager
async def shop(size: int = 2):
    async with (
        OURS.alone(TABLES) as watcher,
        OURS.session() as rival,
        OURS.pool(size) as pool,
    ):
        yield Shop(pool, watcher, rival)


async def book(submission: Submission, town: Shop, customer: int, charge=None):
    """What it returned, or the error that came out."""
    try:
        return await submission.book(town.pool, 3, customer, charge or town.charge)
    except Exception as error:
        return error


async def expect_booked(town: Shop, result: object, customer: int, free: int) -> None:
    """The booking is there, with its seat, and was charged once, afterwards."""
    saw = f"{result!r}; {await town.saw()}"
    there = customer in await town.booked()
    expect(
        there or customer not in town.charged,
        hint="The customer was charged, and has no ticket. What has happened by the "
        "time you charge, and what may still fail?",
        saw=saw,
    )
    expect(
        not town.early,
        hint="The bank was asked when the booking was not saved yet. Which line of "
        "yours saves it?",
        saw=saw,
    )
    expect(
        not isinstance(result, asyncpg.InFailedSQLTransactionError),
        hint="An attempt began where the last one had failed. What has to be begun "
        "again?",
        saw=saw,
    )
    expect(
        not isinstance(result, BaseException),
        hint="A refusal that asks to begin again came out at the caller.",
        saw=saw,
    )
    expect(
        there and result is True,
        hint='There are seats, and the page says "sold out". After a refusal, what '
        "has to be begun again, and what does the end of the block save?",
        saw=saw,
    )
    expect(
        town.charged.count(customer) == 1,
        hint="One ticket, one charge.",
        saw=saw,
    )
    expect(
        await town.free() == free,
        hint="The number of free seats does not fit the bookings.",
        saw=f"{saw}; expected {free}",
    )


@case("there are seats, then none")
async def plain(submission: Submission):
    async with shop() as town:
        await expect_booked(town, await book(submission, town, 17), 17, 9)
        await town.watcher.execute("update shows set free = 0")
        result = await book(submission, town, 18)
        expect(
            result is False and same(await town.booked(), [17]),
            hint="No seat is left: nothing is booked, and `book` returns False.",
            saw=f"{result!r}; {await town.saw()}",
        )
        expect(
            same(town.charged, [17]),
            hint="Nobody pays for a show that is sold out.",
            saw=await town.saw(),
        )


@case("the first attempts are refused")
async def refused(submission: Submission):
    for times, code in (1, "40001"), (4, "40001"), (2, "40P01"):
        async with shop() as town:
            await town.refuse(times, code)
            await expect_booked(town, await book(submission, town, 17), 17, 9)


@case("the first commits are refused")
async def refused_at_commit(submission: Submission):
    async with shop() as town:
        await town.refuse(2, when=AT_COMMIT)
        await expect_booked(town, await book(submission, town, 17), 17, 9)


@case("it is refused without end")
async def refused_for_ever(submission: Submission):
    async with shop() as town:
        await town.refuse(1000)
        task = asyncio.create_task(book(submission, town, 17))
        while not task.done() and await town.tries() < 10:  # noqa: ASYNC110
            await asyncio.sleep(0.003)
        result = await task if task.done() else "no end"
        task.cancel()
        tries = await town.tries()
        expect(
            isinstance(result, asyncpg.SerializationError),
            hint="It is refused each time. How does the caller learn of it?",
            saw=f"{result!r} after {tries} attempts",
        )
        expect(
            tries == 5,
            hint="Five attempts in all.",
            saw=f"{tries} attempts",
        )
        expect(
            not town.charged and not await town.booked() and await town.free() == 10,
            hint="Nothing was booked. Nothing should be charged or taken either.",
            saw=await town.saw(),
        )


@case("the customer has booked already")
async def twice(submission: Submission):
    async with shop() as town:
        await book(submission, town, 17)
        before = await town.inserts()
        result = await book(submission, town, 17)
        expect(
            isinstance(result, asyncpg.UniqueViolationError),
            hint="This error asks nobody to begin again. The caller should see it.",
            saw=f"{result!r}",
        )
        tries = await town.inserts() - before
        expect(
            tries < 2,
            hint="This error asks nobody to begin again. Which ones do?",
            saw=f"{tries} attempts",
        )
        expect(
            same(town.charged, [17]) and await town.free() == 9,
            hint="The second booking failed: no charge, and the seat is free again.",
            saw=await town.saw(),
        )


@case("the database refuses for another reason")
async def other_errors(submission: Submission):
    for code, kind in (
        ("55P03", asyncpg.LockNotAvailableError),
        ("57014", asyncpg.QueryCanceledError),
    ):
        async with shop() as town:
            await town.refuse(1000, code)
            result = await book(submission, town, 17)
            tries = await town.tries()
            expect(
                isinstance(result, kind) and tries == 1,
                hint="This error asks nobody to begin again. Which ones do?",
                saw=f"{kind.__name__}: {tries} attempts, {result!r}",
            )


@case("the session is killed while it waits for a row")
async def killed(submission: Submission):
    async with shop() as town:
        async with town.rival.transaction():
            await town.rival.execute("select from shows for update")
            task = asyncio.create_task(book(submission, town, 17))
            query = f"from {OURS.others} and wait_event_type = 'Lock'"
            while not task.done() and not await town.watcher.fetchval(  # noqa: ASYNC110
                f"select count(*) {query}"
            ):
                await asyncio.sleep(0.003)
            await town.watcher.execute(f"select pg_terminate_backend(pid) {query}")
            await asyncio.wait([task], timeout=1)
            expect(
                task.done(),
                hint="The session died, and nobody knows what it had done by then. Is "
                "that one of the errors that ask to begin again?",
                saw="it began again with another session",
            )
        result = await task
        expect(
            isinstance(result, Exception),
            hint="The session died before anything was saved. The caller should hear "
            "of it.",
            saw=f"{result!r}; {await town.saw()}",
        )
        expect(
            not town.charged and not await town.booked() and await town.free() == 10,
            hint="Nothing was booked. Nothing should be charged or taken either.",
            saw=await town.saw(),
        )


@case("the bank fails")
async def bank_fails(submission: Submission):
    for error in OSError("no route to the bank"), asyncpg.SerializationError("theirs"):
        async with shop() as town:
            calls = []

            async def charge(customer, calls=calls, error=error):
                calls.append(customer)
                raise error

            result = await book(submission, town, 17, charge)
            expect(
                len(calls) < 2 and not isinstance(result, asyncpg.UniqueViolationError),
                hint="The bank is asked once. Whose refusals does your loop begin "
                "again?",
                saw=f"{len(calls)} charges, {result!r}; {await town.saw()}",
            )
            expect(
                result is error,
                hint="The bank's error should leave unchanged.",
                saw=f"{result!r}; {await town.saw()}",
            )
            expect(
                same(await town.booked(), [17]),
                hint="The booking was saved before the bank was asked, and stays.",
                saw=await town.saw(),
            )


@case("somebody takes a seat in the middle")
async def rival(submission: Submission):
    async with shop() as town:
        await town.watcher.execute("update shows set free = 2")
        async with town.rival.transaction():
            await town.rival.execute("update shows set free = free - 1")
            await town.rival.execute("insert into bookings values (3, 99)")
            task = asyncio.create_task(book(submission, town, 17))
            query = f"select count(*) from {OURS.others} and wait_event_type = 'Lock'"
            while not task.done() and not await town.watcher.fetchval(query):  # noqa: ASYNC110
                await asyncio.sleep(0.003)
        result = await task
        expect(
            await town.free() == 0 or result is not True,
            hint="Two bookings, and one seat less. The number was read before "
            "somebody else changed it: who notices?",
            saw=f"{result!r}; {await town.saw()}",
        )
        await expect_booked(town, result, 17, 0)


@case("somebody takes the last seat in the middle")
async def last_seat(submission: Submission):
    async with shop() as town:
        await town.watcher.execute("update shows set free = 1")
        async with town.rival.transaction():
            await town.rival.execute("update shows set free = free - 1")
            await town.rival.execute("insert into bookings values (3, 99)")
            task = asyncio.create_task(book(submission, town, 17))
            query = f"select count(*) from {OURS.others} and wait_event_type = 'Lock'"
            while not task.done() and not await town.watcher.fetchval(query):  # noqa: ASYNC110
                await asyncio.sleep(0.003)
        result = await task
        expect(
            same(await town.booked(), [99]) and await town.free() == 0,
            hint="One seat was left, and two have it. What you looked at before you "
            "took it was over by then: who notices?",
            saw=f"{result!r}; {await town.saw()}",
        )
        expect(
            result is False and not town.charged,
            hint="No seat is left: nothing is booked, and `book` returns False.",
            saw=f"{result!r}; {await town.saw()}",
        )


@case("it pauses between two attempts")
async def pauses(submission: Submission):
    async with shop() as town:
        await town.refuse(4)
        pauses: list[tuple[float, int]] = []
        loop = asyncio.get_running_loop()
        call_later = loop.call_later

        def noted(delay, callback, *args, **options):
            if callback is asyncio.futures._set_result_unless_cancelled:  # a sleep
                out = town.pool.get_size() - town.pool.get_idle_size()
                pauses.append((delay, out))
                delay = 0
            return call_later(delay, callback, *args, **options)

        loop.call_later = noted
        try:
            await book(submission, town, 17)
        finally:
            del loop.call_later
        seen = [seconds for seconds, _ in pauses]
        expect(
            len(seen) == 4,
            hint="Two rivals that begin again at once meet again. (And a pause that "
            "stops the whole program is none of asyncio's.)",
            saw=f"{len(seen)} pauses of asyncio's between 5 attempts",
        )
        expect(
            not [out for _, out in pauses if out],
            hint="It sleeps with a connection in its hand. Others could use it.",
            saw=f"{len([out for _, out in pauses if out])} pauses with a connection",
        )
        expect(
            not [seconds for seconds in seen if not 0 <= seconds < 0.1],
            hint="A pause is shorter than a tenth of a second.",
            saw=f"{max(seen, default=0):.2f} s",
        )


@case("cancelled at each wait")
async def cancelled(submission: Submission):
    async with shop(size=14) as town:
        await town.refuse(1)
        out = 0

        async def scenario() -> None:
            await submission.book(town.pool, 3, 17, town.charge)

        async def leaked() -> list[str]:
            nonlocal out
            now = town.pool.get_size() - town.pool.get_idle_size()
            left, out = ["a connection"] * (now - out), now
            booked = await town.booked()
            if town.charged and not booked:
                left.append("a charge without a ticket")
            if len(booked) + await town.free() != 10:
                left.append("half a booking")
            if len(town.charged) > 1:
                left.append("a second charge")
            town.charged.clear()
            await town.watcher.execute(
                "alter table shows disable trigger refuse; delete from bookings;"
                " update shows set free = 10; select setval('tries', 1, false);"
                " alter table shows enable trigger refuse"
            )
            return left

        report = await sweep_task(scenario, leaked=leaked)
        expect(
            not report.leaks,
            hint="Cancelled at a wait, and something is left that is neither before "
            "nor after.",
            saw=str(report),
        )
        expect(
            not report.swallowed,
            hint="The cancellation ended in your code. Which line catches it?",
            saw=str(report),
        )
