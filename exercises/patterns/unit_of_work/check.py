"""A connection, a transaction and what follows, cut at every wait."""

import asyncio

from asyncwith import checkpoint, sweep_task
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("unit_of_work",)


class Refused(Exception):
    """What a statement raises that is set to fail."""


class Stopped(BaseException):
    """No `Exception`, as what ends a process is none."""


class Connection:
    """Knows whether a transaction is open; a statement is done before its answer."""

    def __init__(self, pool: "Pool") -> None:
        self.pool, self.in_transaction, self.under_way = pool, False, 0

    async def execute(self, statement: str) -> None:
        pool = self.pool
        pool.book.append(statement)
        if self is not pool.lent:
            pool.mistakes.append(f"{statement} on a connection that is not lent")
        self.under_way += 1
        try:
            if statement == pool.failing:
                await checkpoint(statement)
                raise pool.error
            if statement in ("BEGIN", "COMMIT", "ROLLBACK"):
                self.in_transaction = statement == "BEGIN"
            await pool.wait(statement)
        finally:
            self.under_way -= 1


class Pool:
    """Lends one connection, and keeps the book."""

    def __init__(self, failing: str = "") -> None:
        self.failing, self.error = failing, Refused(failing)
        self.book: list[str] = []
        self.mistakes: list[str] = []
        self.cut: list[str] = []
        self.lent: Connection | None = None
        self.dirty = self.busy = False

    async def wait(self, what: str) -> None:
        try:
            await checkpoint(what)
        except asyncio.CancelledError:
            self.cut.append(what)
            raise

    async def acquire(self) -> Connection:
        await self.wait("acquire")
        if self.failing == "acquire":
            raise self.error
        self.book.append("acquire")
        self.lent = Connection(self)
        return self.lent

    async def release(self, connection: Connection) -> None:
        if connection is not self.lent:
            self.mistakes.append("released what is not lent")
        self.book.append("release")
        self.lent, self.dirty = None, connection.in_transaction
        self.busy = self.busy or connection.under_way > 0
        await self.wait("release")

    def teller(self, name: str, error: Exception | None = None):
        async def tell() -> None:
            lent = " before the connection was back" if self.lent else ""
            self.book.append(name + lent)
            await checkpoint(name)
            self.book.append(f"{name} done")
            if error is not None:
                raise error

        return tell

    def __str__(self) -> str:
        return ", ".join(self.book) or "nothing was done"


async def use(submission: Submission, pool: Pool, *, error=None, tellers=("mail",)):
    """One unit of work; returns what left it."""
    try:
        async with submission.unit_of_work(pool) as work:
            expect(
                getattr(work, "connection", None) is pool.lent
                and same(getattr(work, "afterwards", None), []),
                hint="`as` should bind an object with the lent `connection` and an "
                "empty list, `afterwards`.",
                saw=f"bound: {work!r}",
            )
            await work.connection.execute("INSERT")
            for teller in tellers:
                name, fault = teller if isinstance(teller, tuple) else (teller, None)
                work.afterwards.append(pool.teller(name, fault))
            if error is not None:
                raise error
    except Exception as caught:
        return caught
    return None


def expect_back(pool: Pool, how: str) -> None:
    saw = f"{how}: {pool}"
    expect(
        not pool.mistakes,
        hint="It went back, and is used, or given back, once more.",
        saw=saw,
    )
    acquired, released = pool.book.count("acquire"), pool.book.count("release")
    expect(
        released >= acquired,
        hint="The connection never goes back. From which line on is it held, and from "
        "which line on is it guarded?",
        saw=saw,
    )
    expect(
        released == acquired,
        hint="It goes back more often than it was lent.",
        saw=saw,
    )
    expect(
        not pool.dirty,
        hint="The connection goes back with a transaction open. Whoever gets it next "
        "works inside it.",
        saw=saw,
    )
    expect(
        not pool.busy,
        hint="It goes back while a statement is still under way on it. A shield lets "
        "the statement go on; who waits for its end?",
        saw=saw,
    )


def expect_silence(pool: Pool, how: str) -> None:
    told = [line for line in pool.book if line.startswith("mail")]
    expect(
        not told,
        hint="The work was not saved, and somebody was told that it was.",
        saw=f"{how}: {pool}",
    )


SAVED = ["acquire", "BEGIN", "INSERT", "COMMIT", "release"]


@case("nothing goes wrong")
async def nothing_goes_wrong(submission):
    pool = Pool()
    ended = await use(submission, pool, tellers=())
    expect(ended is None, hint="Nothing went wrong, and it raised.", saw=repr(ended))
    expect_back(pool, "nothing goes wrong")
    expect(
        same(pool.book, SAVED),
        hint="BEGIN, the block, COMMIT, and the connection goes back.",
        saw=str(pool),
    )


@case("two are to be told afterwards")
async def afterwards(submission):
    pool = Pool()
    ended = await use(submission, pool, tellers=("mail", "mail 2"))
    expect(ended is None, hint="Nothing went wrong, and it raised.", saw=repr(ended))
    expect(
        not any("before" in line for line in pool.book),
        hint="They are told while the connection is still lent. A slow mail server "
        "keeps it from everybody else.",
        saw=str(pool),
    )
    expect(
        same(pool.book, [*SAVED, "mail", "mail done", "mail 2", "mail 2 done"]),
        hint="After the commit each is called once, one after the other, in order.",
        saw=str(pool),
    )


@case("one who is to be told fails")
async def teller_fails(submission):
    pool, error = Pool(), OSError("mail server gone")
    ended = await use(submission, pool, tellers=(("mail", error), "mail 2"))
    expect(
        ended is error,
        hint="One who was told raised; that should come out.",
        saw=repr(ended),
    )
    expect(
        same(pool.book, [*SAVED, "mail", "mail done"]),
        hint="The work is saved. What can still be done, and undone, after that?",
        saw=str(pool),
    )


@case("the block raises")
async def block_raises(submission):
    pool, error = Pool(), KeyError("order 17")
    ended = await use(submission, pool, error=error)
    expect(
        ended is error,
        hint="The block's exception should leave it unchanged.",
        saw=repr(ended),
    )
    expect_back(pool, "the block raised")
    expect_silence(pool, "the block raised")
    expect(
        "COMMIT" not in pool.book and "ROLLBACK" in pool.book,
        hint="The block failed: its work should be rolled back.",
        saw=str(pool),
    )


@case("the block is ended by what is no Exception")
async def block_is_stopped(submission):
    pool, error = Pool(), Stopped("order 17")
    came_out: BaseException | None = None
    try:
        came_out = await use(submission, pool, error=error)
    except Stopped as stopped:
        came_out = stopped
    expect(
        came_out is error,
        hint="The block's exception should leave it unchanged.",
        saw=repr(came_out),
    )
    expect_back(pool, "the block was stopped")
    expect_silence(pool, "the block was stopped")
    expect(
        "COMMIT" not in pool.book and "ROLLBACK" in pool.book,
        hint="The block failed: its work should be rolled back.",
        saw=str(pool),
    )


@case("a statement fails")
async def statement_fails(submission):
    for failing in ("acquire", "BEGIN", "INSERT", "COMMIT"):
        pool = Pool(failing)
        ended = await use(submission, pool)
        how = f"{failing} failed"
        expect(
            ended is pool.error,
            hint="The exception of the statement should come out.",
            saw=f"{how}; came out: {ended!r}",
        )
        expect_back(pool, how)
        expect_silence(pool, how)
        if failing in ("INSERT", "COMMIT"):
            expect(
                "ROLLBACK" in pool.book,
                hint="Before it goes back, the transaction should be rolled back.",
                saw=f"{how}: {pool}",
            )


@case("ROLLBACK fails")
async def rollback_fails(submission):
    pool = Pool("ROLLBACK")
    await use(submission, pool, error=KeyError("order 17"))
    expect(
        "ROLLBACK" in pool.book and pool.book.count("release") == 1,
        hint="ROLLBACK failed. Where does the connection go?",
        saw=str(pool),
    )
    expect_silence(pool, "ROLLBACK failed")


@case("cancelled once, at each suspension point")
async def swept_once(submission):
    await swept(submission, twice=False)


@case("cancelled twice, at each pair of suspension points")
async def swept_twice(submission):
    await swept(submission, twice=True)


async def swept(submission: Submission, *, twice: bool, error=None) -> None:
    pools: list[Pool] = []

    async def scenario():
        pools.append(Pool())
        await use(submission, pools[-1], error=error)

    report = await sweep_task(scenario, twice=twice)
    for pool in pools:
        how = f"cancelled at {' and '.join(pool.cut) or 'no point'}"
        expect_back(pool, how)
        if pool.cut and pool.cut[0] in ("BEGIN", "INSERT", "COMMIT"):
            expect(
                "ROLLBACK" in pool.book
                and (pool.cut[0] == "COMMIT" or "COMMIT" not in pool.book),
                hint="It was cut in the middle. What should become of the transaction?",
                saw=f"{how}: {pool}",
            )
        if pool.cut:
            expect_silence(pool, how)
    for outcome in report:
        expect(
            outcome.clean,
            hint="A CancelledError should leave it: whoever cancelled waits for it.",
            saw=f"cancelled at {outcome.place}: {outcome}",
        )


@case("the block raises, and it is cancelled on the way out")
async def swept_after_an_error(submission):
    await swept(submission, twice=False, error=KeyError("order 17"))


@case("cancelled by a task")
async def real_task(submission):
    pool = Pool()

    async def work():
        async with submission.unit_of_work(pool) as unit:
            unit.afterwards.append(pool.teller("mail"))
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    expect(
        task.cancelled(),
        hint="Whoever cancelled the task finds that it was not cancelled.",
        saw=str(pool),
    )
    expect_back(pool, "cancelled in the block")
    expect_silence(pool, "cancelled in the block")


@case("BEGIN is refused")
async def begin_refused(submission):
    pool = Pool("BEGIN")
    await use(submission, pool)
    expect(
        same(pool.book, ["acquire", "BEGIN", "ROLLBACK", "release"]),
        hint="BEGIN failed on the way in. Does anybody know whether it has reached the "
        "server?",
        saw=str(pool),
    )


@case("one is to be told twice")
async def told_twice(submission):
    pool = Pool()
    async with submission.unit_of_work(pool) as work:
        await work.connection.execute("INSERT")
        work.afterwards += [pool.teller("mail")] * 2
    expect(
        same(pool.book, [*SAVED, *["mail", "mail done"] * 2]),
        hint="The same function stands in the list twice. How often is it called?",
        saw=str(pool),
    )


@case("cancelled while the first of two is told")
async def cancelled_telling(submission):
    pool, under_way = Pool(), asyncio.Event()

    async def slow():
        pool.book.append("mail")
        under_way.set()
        await asyncio.sleep(60)

    async def work():
        async with submission.unit_of_work(pool) as unit:
            unit.afterwards += [slow, pool.teller("mail 2")]

    task, told = asyncio.create_task(work()), asyncio.create_task(under_way.wait())
    await asyncio.wait([task, told], return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    task.cancel()
    await asyncio.wait([task])
    expect(
        task.cancelled(),
        hint="Whoever cancelled the task finds that it was not cancelled.",
        saw=str(pool),
    )
    expect(
        "mail" in pool.book and "mail 2" not in pool.book,
        hint="It was cancelled while the first was told, and went on to the second.",
        saw=str(pool),
    )


@case("two units of work at once")
async def two_at_once(submission):
    pools = Pool(), Pool()

    async def work(pool, name):
        async with submission.unit_of_work(pool) as unit:
            await unit.connection.execute("INSERT")
            unit.afterwards.append(pool.teller(name))

    await asyncio.gather(*[work(pool, f"mail of {i}") for i, pool in enumerate(pools)])
    for number, pool in enumerate(pools):
        name = f"mail of {number}"
        expect(
            same(pool.book, [*SAVED, name, f"{name} done"]),
            hint="Two units of work are in each other's way. What do they share?",
            saw=str(pool),
        )
