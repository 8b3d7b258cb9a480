"""A real SQLite connection lives on one thread, and is closed there."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from asyncwith.checking import Submission, case, complaints, expect, same

DEFINES = ("database",)


class Connection(sqlite3.Connection):
    """One that tells its server when it is closed."""

    server: "Server"

    def close(self) -> None:
        self.server.blocking("close")
        super().close()
        self.server.events.append("closed")


class Server:
    """Makes connections; notes the threads; holds a call while it is asked to."""

    def __init__(self, hold: str = "", fail: bool = False) -> None:
        self.loop = asyncio.get_running_loop()
        self.home = threading.get_ident()
        self.hold, self.fail = hold, fail
        self.error = sqlite3.OperationalError("unable to open database file")
        self.held, self.go = asyncio.Event(), threading.Event()
        self.threads: list[threading.Thread] = []
        self.events: list[str] = []
        self.mistake = ""

    def connect(self) -> Connection:
        self.blocking("connect")
        if self.fail:
            raise self.error
        connection = sqlite3.connect(":memory:", factory=Connection)
        connection.server = self
        self.events.append("connected")
        return connection

    def query(self, connection: Connection, answer: int = 1) -> int:
        self.blocking("query")
        (row,) = connection.execute("select ?", [answer])
        self.events.append("queried")
        return row[0]

    def blocking(self, what: str) -> None:
        here = threading.current_thread()
        if here.ident == self.home:
            self.mistake = self.mistake or f"{what}, in the loop's thread"
        elif what == self.hold:
            self.hold = ""
            self.loop.call_soon_threadsafe(self.held.set)
            self.go.wait(3)
        elif not self.mistake:
            alive = threading.Event()
            self.loop.call_soon_threadsafe(alive.set)
            if not alive.wait(1.0):
                self.mistake = f"{what}, and no sign of life from the loop"
        if here not in self.threads:
            self.threads.append(here)

    @property
    def saw(self) -> str:
        return f"the connection: {', '.join(self.events) or 'none was made'}"


def expect_one_thread(server: Server) -> None:
    mistake = server.mistake
    expect(
        "in the loop's thread" not in mistake,
        hint="This call blocks, and it was made in the thread of the loop.",
        saw=mistake,
    )
    expect(
        not mistake,
        hint="It runs in a thread, and the loop stands still all the same. Which line "
        "waits for the thread without `await`?",
        saw=mistake,
    )
    expect(
        len(server.threads) <= 1,
        hint="A connection belongs to the thread that made it. Which thread does a "
        "call get, when several are free or all are busy?",
        saw=f"{len(server.threads)} threads used one connection",
    )


def expect_events(server: Server, *wanted: str, hint: str) -> None:
    expect_one_thread(server)
    saw = f"{server.saw}; expected: {', '.join(wanted) or 'none'}"
    expect(list(wanted) == server.events, hint=hint, saw=saw)


async def until(condition: Callable[[], bool], seconds: float = 1.0) -> bool:
    """Whether it comes true within this time."""
    now = asyncio.get_running_loop().time
    deadline = now() + seconds
    while not condition() and now() < deadline:  # noqa: ASYNC110 - threads
        await asyncio.sleep(0.005)
    return condition()


@asynccontextmanager
async def used(submission: Submission, server: Server) -> AsyncGenerator[Any]:
    """The submission's block; a wrong thread is reported as what it is."""
    try:
        async with submission.database(server.connect) as run:
            yield run
    except sqlite3.ProgrammingError:
        expect_one_thread(server)
        raise


async def expect_closed(server: Server, *wanted: str) -> None:
    """All that was wanted has happened, and then the close, before the block ended."""
    in_time = list(server.events)
    await until(lambda: "closed" in server.events)
    expect_one_thread(server)
    saw = f"{server.saw}; expected: {', '.join([*wanted, 'closed'])}"
    expect(
        "closed" in server.events,
        hint="The block has ended. Who closes the connection?",
        saw=saw,
    )
    expect(
        "closed" in in_time,
        hint="The connection was closed after the block had ended.",
        saw=saw,
    )
    expect(
        [*wanted, "closed"] == in_time,
        hint="Each call once and in its order, and one close after the last.",
        saw=saw,
    )


async def expect_ended(server: Server) -> None:
    """The thread ends a moment after its last call."""
    expect(
        await until(lambda: not any(t.is_alive() for t in server.threads)),
        hint="The connection's thread outlives the block. Who ends it?",
        saw="the thread still waits for work",
    )


@case("three queries")
async def three_queries(submission):
    server, found = Server(), []
    async with used(submission, server) as run:
        for answer in (1, 2, 3):
            found.append(await run(server.query, answer))
        expect_one_thread(server)
    expect(
        same(found, [1, 2, 3]),
        hint="`run` should return what the function returned.",
        saw=f"{found!r}",
    )
    await expect_closed(server, "connected", *["queried"] * 3)


@case("other work takes the free threads")
async def free_threads_taken(submission):
    server, over = Server(), threading.Event()
    async with used(submission, server) as run:
        others = [asyncio.create_task(asyncio.to_thread(over.wait)) for _ in range(4)]
        for _ in range(5):
            await asyncio.sleep(0)
        try:
            await run(server.query)
        except sqlite3.ProgrammingError:
            pass
        finally:
            over.set()
            await asyncio.wait(others)
        expect_one_thread(server)
    await expect_closed(server, "connected", "queried")


@case("two queries at the same time")
async def at_the_same_time(submission):
    server, both = Server(), threading.Barrier(2)

    def meet(connection, answer):
        with suppress(threading.BrokenBarrierError):
            both.wait(0.3)  # on one thread they cannot meet
        return server.query(connection, answer)

    async with used(submission, server) as run:
        found = await asyncio.gather(run(meet, 1), run(meet, 2), return_exceptions=True)
        expect_one_thread(server)
    expect(
        same(found, [1, 2]),
        hint="Two queries at the same time: one of them got a wrong answer.",
        saw=f"{found!r}",
    )
    await expect_closed(server, "connected", "queried", "queried")


@case("the block has ended")
async def block_has_ended(submission):
    server = Server()
    async with used(submission, server) as run:
        await run(server.query)
    await expect_closed(server, "connected", "queried")
    await expect_ended(server)
    expect(callable(run), hint="`as` binds a function.", saw=f"a {type(run).__name__}")


class Stop(BaseException):
    """No `Exception`, as a library's own way to stop."""


@case("a function fails")
async def function_fails(submission):
    for error in (KeyError("order 17"), Stop("order 17")):
        await fails_with(submission, error)


async def fails_with(submission, error):
    server, out = Server(), None

    def fail(connection):
        raise error

    async with used(submission, server) as run:
        try:
            async with asyncio.timeout(1):
                await run(fail)
        except TimeoutError:
            expect(
                False,
                hint="The function has raised, and `run` waits. What ended in the "
                "thread?",
                saw=f"{error!r}",
            )
        except BaseException as caught:
            out = caught
        expect(
            out is error,
            hint="What the function raised should come out of `run`.",
            saw=f"came out: {out!r}",
        )
        again = await run(server.query, 7)
    expect(
        same(again, 7),
        hint="After a failed function the connection should still be of use.",
        saw=f"the next query returned {again!r}",
    )
    await expect_closed(server, "connected", "queried")


@case("the block raises")
async def block_raises(submission):
    server, error, out = Server(), KeyError("order 17"), None
    try:
        async with used(submission, server) as run:
            await run(server.query)
            raise error
    except Exception as caught:
        out = caught
    await expect_closed(server, "connected", "queried")
    expect(
        out is error,
        hint="The block's exception should leave it.",
        saw=f"came out: {out!r}",
    )
    await expect_ended(server)


@case("connect fails")
async def connect_fails(submission):
    server, out = Server(fail=True), None
    try:
        async with submission.database(server.connect):
            server.events.append("the block ran")
    except Exception as caught:
        out = caught
    expect_events(server, hint="It could not connect: there is no block to run.")
    expect(
        out is server.error,
        hint="The error of `connect` should come out as it is.",
        saw=f"came out: {out!r}",
    )
    await expect_ended(server)


async def cancel_during(submission: Submission, what: str, cancels: int):
    """Cancel the task while the call is held; the server, and what was seen."""
    server, kept = Server(hold=what), []

    async def request():
        async with submission.database(server.connect) as run:
            kept.append(run)
            await run(server.query)

    task = asyncio.create_task(request())
    held = asyncio.create_task(server.held.wait())
    await asyncio.wait([task, held], return_when=asyncio.FIRST_COMPLETED)
    held.cancel()
    for _ in range(cancels):
        task.cancel()
        for _ in range(10):
            await asyncio.sleep(0)
    server.go.set()
    await asyncio.wait([task])
    at_the_end = list(server.events)
    await until(lambda: server.events[-1:] == ["closed"])
    times = "once" if cancels == 1 else "twice"
    saw = f"cancelled {times} at {what}; {server.saw}"
    return server, task, at_the_end, saw


@case("cancelled while it connects", seconds=10)
async def cancelled_while_connecting(submission):
    for cancels in (1, 2):
        server, task, at_the_end, saw = await cancel_during(
            submission, "connect", cancels
        )
        expect_events(
            server,
            "connected",
            "closed",
            hint="The waiting was cancelled, the thread was not: it connected a moment "
            "later. Who closes?"
            if cancels == 1
            else "A second cancellation, and the connection stays open.",
        )
        expect(
            task.cancelled(),
            hint="The task was cancelled, and whoever cancelled it cannot see that.",
            saw=saw,
        )
        expect(
            cancels == 2 or "closed" in at_the_end,
            hint="The connection was closed after the block had ended.",
            saw=saw,
        )
        await expect_ended(server)


@case("cancelled while a query runs", seconds=10)
async def cancelled_in_a_query(submission):
    for cancels in (1, 2):
        server, task, at_the_end, saw = await cancel_during(
            submission, "query", cancels
        )
        expect_one_thread(server)
        expect(
            "closed" in server.events,
            hint="Cancelled while a query ran, and the connection stays open."
            if cancels == 1
            else "The close was waiting in the queue when the second cancellation "
            "came. What became of it?",
            saw=saw,
        )
        expect_events(
            server,
            "connected",
            "queried",
            "closed",
            hint="The connection was closed under a query that was still running.",
        )
        expect(
            task.cancelled(),
            hint="The task was cancelled, and whoever cancelled it cannot see that.",
            saw=saw,
        )
        expect(
            cancels == 2 or "closed" in at_the_end,
            hint="The connection was closed after the block had ended.",
            saw=saw,
        )
        await expect_ended(server)


@case("cancelled while it closes", seconds=10)
async def cancelled_while_closing(submission):
    server = Server(hold="close")

    async def request():
        async with submission.database(server.connect) as run:
            await run(server.query)

    task = asyncio.create_task(request())
    held = asyncio.create_task(server.held.wait())
    await asyncio.wait([task, held], return_when=asyncio.FIRST_COMPLETED)
    held.cancel()
    task.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    server.go.set()
    await asyncio.wait([task])
    await until(lambda: "closed" in server.events)
    expect_events(
        server,
        "connected",
        "queried",
        "closed",
        hint="Cancelled while it closes, and the connection is not closed, once.",
    )
    expect(
        task.cancelled(),
        hint="The task was cancelled, and whoever cancelled it cannot see that.",
        saw=f"cancelled while it closes; {server.saw}",
    )
    await expect_ended(server)


@case("two databases side by side")
async def side_by_side(submission):
    outer, inner, found = Server(), Server(), []

    def whose(connection):
        return "outer" if connection.server is outer else "inner"

    try:
        async with submission.database(outer.connect) as one:
            async with submission.database(inner.connect) as two:
                for run in (one, two):
                    found.append(await run(whose))
            found.append(await one(whose))
    except sqlite3.ProgrammingError as error:
        found.append(f"{type(error).__name__}: {error}")
    expect(
        same(found, ["outer", "inner", "outer"]),
        hint="Two databases, and one disturbs the other. What do they share?",
        saw=f"asked outer, inner, outer; answered {found}",
    )
    await expect_closed(outer, "connected")
    await expect_closed(inner, "connected")
    expect(
        not set(outer.threads) & set(inner.threads),
        hint="Each database should have a thread of its own.",
        saw="two databases, one thread",
    )


@case("the loop waits for a long query", seconds=10)
async def loop_waits(submission):
    server = Server(hold="query")
    async with used(submission, server) as run:
        query = asyncio.create_task(run(server.query))
        await server.held.wait()
        before = time.thread_time()
        await asyncio.sleep(0.3)
        spent = time.thread_time() - before
        server.go.set()
        await query
    expect(
        spent < 0.03,  # seconds of processor time; a waiting loop takes a thousandth
        hint="While the thread works, the loop works as well, and at what? Waiting "
        "costs nothing if somebody says when it is over.",
        saw="the loop turns all the time",
    )


@case("one call is cancelled, the block goes on", seconds=10)
async def one_call_is_cancelled(submission):
    with complaints() as told:
        await one_is_cancelled(submission)
    expect(
        not told,
        hint="The thread has an answer for a call that was cancelled, and the loop "
        "complains. Does the waiter still wait?",
        saw=", ".join(told),
    )


async def one_is_cancelled(submission):
    server = Server(hold="query")
    async with used(submission, server) as run:
        slow = asyncio.create_task(run(server.query, 1))
        await server.held.wait()
        slow.cancel()
        await asyncio.wait([slow], timeout=0.2)
        server.go.set()
        found = await run(server.query, 2)
    expect(
        same(found, 2),
        hint="One call was cancelled. The connection is still there for the others.",
        saw=f"the next query returned {found!r}",
    )
    await expect_closed(server, "connected", "queried", "queried")
