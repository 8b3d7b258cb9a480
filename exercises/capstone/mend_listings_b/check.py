"""Three listings of a backend keep their promises under faults."""

import asyncio
import inspect
from contextlib import asynccontextmanager

from asyncwith import Shelf, checkpoint, sweep
from asyncwith.checking import Submission, case, expect, pending_tasks, same

DEFINES = ("lifespan", "get_db", "place")


class Fault(Exception):
    """What a check sends in."""


class App:
    """An application, to which a lifespan gives what it opens."""


class Opened:
    """Something with a close, which may fail, or wait for ever."""

    def __init__(self, name, log, close="well"):
        self.name, self.log, self.how = name, log, close
        self.terminated = False

    async def close(self):
        await checkpoint(f"closing {self.name}")
        self.log.append(f"close {self.name}")
        if self.how == "slow":
            await asyncio.sleep(0.3)
        if self.how == "fails":
            raise Fault(self.name)
        if self.how == "hangs":
            await asyncio.Event().wait()

    def terminate(self):
        self.terminated = True
        self.log.append(f"terminate {self.name}")


class Backend:
    """What a lifespan is called with."""

    def __init__(self, *, pool="well", cache="well", pool_opens=True, cache_opens=True):
        self.app, self.log = App(), []
        self.pool_opens = pool_opens
        self.pool = Opened("pool", self.log, pool)
        self.cache = Opened("cache", self.log, cache)
        self.cache_opens = cache_opens

    async def create_pool(self):
        await checkpoint("creating the pool")
        if not self.pool_opens:
            raise Fault("no pool")
        self.log.append("open pool")
        return self.pool

    async def connect_cache(self):
        await checkpoint("connecting the cache")
        if self.cache_opens is not True:
            raise self.cache_opens
        self.log.append("open cache")
        return self.cache

    async def run(self, submission, body=None, patience=20.0):
        """Run the lifespan; what came out of it."""
        opened = submission.lifespan(
            self.app, self.create_pool, self.connect_cache, patience
        )
        try:
            async with opened:
                self.log.append("serving")
                if body:
                    await body()
        except (Exception, asyncio.CancelledError) as error:
            return error
        return None


ORDERLY = ["open pool", "open cache", "serving", "close cache", "close pool"]


@case("lifespan: all goes well")
async def goes_well(submission: Submission):
    backend = Backend()
    out = await backend.run(submission)
    expect(
        not backend.pool.terminated,
        hint="All connections of this pool were back: it closes in time, and nothing "
        "has to be ended.",
        saw=backend.log,
    )
    expect(
        out is None and backend.log == ORDERLY,
        hint="What was opened last is closed first: the cache, then the pool.",
        saw=f"{backend.log}, {out!r}",
    )
    expect(
        vars(backend.app) == {"pool": backend.pool, "cache": backend.cache},
        hint="The application has the pool and the cache as `pool` and `cache`.",
        saw=sorted(vars(backend.app)),
    )


@case("lifespan: the block raises, or is cancelled")
async def block_raises(submission):
    for fault in (Fault("in the block"), asyncio.CancelledError()):

        async def body(fault=fault):
            raise fault

        backend = Backend()
        out = await backend.run(submission, body)
        expect(
            backend.log == ORDERLY,
            hint="The block was left by an exception, which is raised at your "
            "`yield`. What of yours runs then?",
            saw=backend.log,
        )
        expect(out is fault, hint="The block's exception comes out.", saw=repr(out))


@case("lifespan: the cache cannot be opened")
async def startup_fails(submission):
    for fault in (Fault("no cache"), asyncio.CancelledError()):
        backend = Backend(cache_opens=fault)
        out = await backend.run(submission)
        expect(
            backend.log == ["open pool", "close pool"],
            hint="The startup failed halfway. Who closes the first half?",
            saw=f"{fault!r}: {backend.log}",
        )
        expect(
            out is fault,
            hint="The startup failed, and the server has to hear why.",
            saw=repr(out),
        )


@case("lifespan: the pool cannot be created")
async def nothing_starts(submission):
    backend = Backend(pool_opens=False)
    out = await backend.run(submission)
    expect(
        isinstance(out, Fault) and backend.log == [],
        hint="There is no pool, and something is done with it. Where does a `try` "
        "begin whose `finally` needs one?",
        saw=f"{out!r}, {backend.log}",
    )


@case("lifespan: a close fails")
async def close_fails(submission):
    for name, how in (("cache", {"cache": "fails"}), ("pool", {"pool": "fails"})):
        backend = Backend(**how)
        out = await backend.run(submission)
        expect(
            backend.log == ORDERLY,
            hint="One close failed. Is the other closed all the same?",
            saw=f"the close of the {name} fails: {backend.log}",
        )
        expect(
            isinstance(out, Fault),
            hint="A close failed, and nobody was told.",
            saw=f"the close of the {name} fails: {out!r}",
        )


@case("lifespan: a borrowed connection does not come back")
async def close_hangs(submission):
    backend = Backend(pool="hangs")
    task = asyncio.create_task(backend.run(submission, patience=0.05))
    await asyncio.wait([task], timeout=1)
    expect(
        task.done(),
        hint="The pool's close waits for a connection that never comes back, and the "
        "shutdown with it. Who limits the time?",
        saw="still closing after 1 s, with a patience of 0.05 s",
    )
    expect(
        backend.log == [*ORDERLY, "terminate pool"],
        hint="The patience is over: what ends a pool without asking?",
        saw=backend.log,
    )
    expect(
        task.result() is None and not pending_tasks(),
        hint="A pool that had to be terminated is a shutdown all the same.",
        saw=repr(task.result()),
    )


@case("lifespan: the pool closes slowly, within the patience")
async def close_is_slow(submission: Submission):
    backend = Backend(pool="slow")
    out = await backend.run(submission)
    expect(
        out is None and backend.log == ORDERLY,
        hint="The last connection came back in time, and its pool was ended. How "
        "long is the patience, and who says so?",
        saw=f"closed in 0.3 s, patience 20 s: {backend.log}, {out!r}",
    )


class Connection:
    """A connection with one table; a transaction keeps or forgets its rows."""

    def __init__(self, pool):
        self.rows, self.executed, self.pending = pool.rows, pool.executed, None

    async def execute(self, row):
        await checkpoint("executing")
        (self.rows if self.pending is None else self.pending).append(row)
        self.executed.append(row)

    @asynccontextmanager
    async def transaction(self):
        await checkpoint("begin")
        self.pending = []
        try:
            yield
            self.rows += self.pending
        finally:
            self.pending = None


class Pool:
    """Lends connections of a shelf."""

    def __init__(self, shelf=None):
        self.shelf, self.rows, self.executed = shelf or Shelf(), [], []

    def acquire(self):
        return Lent(self)


class Lent:
    """What ``acquire`` returns; nobody collects it."""

    def __init__(self, pool):
        self.pool = pool

    async def __aenter__(self):
        await self.pool.shelf.acquire("connection")
        return Connection(self.pool)

    async def __aexit__(self, *details):
        await self.pool.shelf.release("connection")


@case("get_db: as the framework uses it")
async def dependency(submission):
    expect(
        inspect.isasyncgenfunction(submission.get_db),
        hint="The framework makes a manager of a generator function by itself. What "
        "is yours already?",
        saw=f"a call gives {type(submission.get_db(Pool())).__name__}",
    )
    manager = asynccontextmanager(submission.get_db)
    pool = Pool()
    async with manager(pool) as connection:
        expect(
            type(connection) is Connection and pool.shelf.held == ["connection"],
            hint="The request gets a connection that is its own until it ends.",
            saw=f"{type(connection).__name__}, held {pool.shelf.held}",
        )
    report = sweep(lambda shelf: manager(Pool(shelf)))
    expect(
        report.clean,
        hint="A request was cancelled, and its connection is not back.",
        saw=report,
    )


@case("place: the charge succeeds, fails, is cancelled")
async def placed(submission):
    async def charge(order):
        inserted.append(list(pool.executed))
        await checkpoint("charging")
        return f"paid {order}"

    async def refuse(order):
        await checkpoint("charging")
        raise Fault(order)

    pool, inserted = Pool(), []
    out = await submission.place(pool, "order 17", charge)
    expect(
        same(out, "paid order 17") and pool.rows == ["order 17"],
        hint="All went well: the order is in the table, and the charge is returned.",
        saw=f"{out!r}, rows {pool.rows}",
    )
    expect(
        inserted == [["order 17"]],
        hint="The charge came before its order was inserted. If the insert fails, who "
        "pays back?",
        saw=f"inserted when the charge began: {inserted}",
    )
    pool, out = Pool(), None
    try:
        await submission.place(pool, "order 18", refuse)
    except Fault as error:
        out = error
    expect(
        pool.rows == [],
        hint="The charge was refused, and the order stands in the table. What makes "
        "of two steps one?",
        saw=f"rows {pool.rows}",
    )
    expect(out is not None, hint="The charge was refused, and nobody was told.")
    expect(not pool.shelf.held, hint="The connection is not back.", saw=pool.shelf)
    unpaid = []

    def cancelled(shelf):
        pool, paid = Pool(shelf), []

        async def charge_noted(order):
            await checkpoint("charging")
            paid.append(order)

        async def run():
            try:
                await submission.place(pool, "order 19", charge_noted)
            finally:
                if pool.rows and not paid:
                    unpaid.append(pool.rows)

        return run()

    report = sweep(cancelled)
    expect(report.clean, hint="Cancelled, it keeps its connection.", saw=report)
    expect(
        not unpaid,
        hint="The request was cancelled before it had paid, and its order stands in "
        "the table.",
        saw=f"{len(unpaid)} orders",
    )
