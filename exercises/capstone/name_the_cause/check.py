"""Each message is met where Python raises it, and the same work is done without."""

import asyncio
import dis
import gc
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar

import aiohttp.web  # noqa: F401 - the server needs it: once, before the cases

from asyncwith import Shelf, checkpoint, local_server, sweep
from asyncwith.checking import (
    Submission,
    case,
    complaints,
    expect,
    pending_tasks,
    same,
)

PAIRS = ("coroutine", "yield", "group", "context", "running", "closed", "unread")
DEFINES = tuple(f"{verb}_{pair}" for pair in PAIRS for verb in ("meets", "mended"))

LARGE = "/bytes/1000000"
CLEANUP = (
    "The work is over, and something of it is not. Who ends it when you leave early?"
)


async def outcome(awaitable) -> object:
    """What a call returns, or the exception that it ends with."""
    try:
        return await awaitable
    except Exception as error:
        return error


def raised_by(error: BaseException) -> tuple[str, str]:
    """Module and instruction at which an exception was raised."""
    step = error.__traceback__
    while step.tb_next is not None:
        step = step.tb_next
    names = {i.offset: i.opname for i in dis.get_instructions(step.tb_frame.f_code)}
    module = str(step.tb_frame.f_globals.get("__name__"))
    return module, names.get(step.tb_lasti, "")


def expect_met(
    seen: object, wanted: str, *, library: str = "", at: tuple[str, ...] = ()
) -> None:
    """An exception has the wanted type and words, and nobody here made it.

    It was raised by the library, or by one of the instructions.
    """
    expect(
        isinstance(seen, Exception),
        hint="No exception came out, and the message is still to be met. What must "
        "have happened before?",
        saw=f"wanted {wanted}",
    )
    printed = f"{type(seen).__name__}: {seen}"
    start, _, end = wanted.partition("…")
    expect(
        printed.startswith(start) and end in printed,
        hint="This is another message than the wanted one. Compare their nouns: which "
        "object speaks in each?",
        saw=f"wanted {wanted}\nsaw    {printed}",
    )
    module, instruction = raised_by(seen)
    expect(
        module.startswith(library) if library else instruction in at,
        hint="These words are yours. Whose are they in a program that has no `raise`?",
        saw=f"{printed}\nraised by {module}",
    )


async def soon(server, condition, seconds=1.0) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await server.until(condition)
    except TimeoutError:
        return False
    return True


async def expect_closed(server, told: list[str], when: str) -> None:
    gc.collect()  # a session that nobody closed says so when it is collected
    expect(
        not told,
        hint="The call is over, and aiohttp complains when your objects are collected. "
        "What did you enter, and what did you never leave?",
        saw=f"{when}: {', '.join(told)}",
    )
    expect(
        await soon(server, lambda: server.connections_open == 0),
        hint="The call is over, and the server still sees a connection. What owns it?",
        saw=f"{when}: {server.connections_open} connections open",
    )


async def cancelled_while_waiting(server, told, call) -> None:
    """A call is cancelled when its request has arrived and no answer comes."""
    task = asyncio.create_task(call(server.url("/hang")))
    await soon(server, lambda: server.requests["/hang"])
    task.cancel()
    await asyncio.wait([task], timeout=1)
    expect(
        task.cancelled(),
        hint="The task was cancelled, and went on. Who caught it?",
        saw="no CancelledError came out",
    )
    with suppress(asyncio.CancelledError):
        task.result()  # else it keeps the exception, and that the frames' objects
    await expect_closed(server, told, "cancelled")


def lender(shelf: Shelf):
    """A coroutine function that returns a manager of a name on the shelf."""

    @asynccontextmanager
    async def lent():
        await shelf.acquire("connection")
        try:
            yield "connection 17"
        finally:
            await shelf.release("connection")

    async def lend():
        await checkpoint("asking for a manager")
        return lent()

    return lend


@case("TypeError: 'coroutine' object does not support …")
async def coroutine(submission: Submission):
    called, lend = [], lender(shelf := Shelf())

    def noted():
        called.append(lend())
        return called[-1]

    seen = await outcome(submission.meets_coroutine(noted))
    wanted = "TypeError: 'coroutine' object does not support the asynchronous "
    wanted += "context manager protocol"
    expect_met(seen, wanted, at=("BEFORE_ASYNC_WITH", "LOAD_SPECIAL"))
    expect(
        called,
        hint="The message came, and `lend` was never called. It is what your caller "
        "hands you: what is done to it?",
    )
    called[0].close()
    seen = await outcome(submission.mended_coroutine(lend))
    expect(
        same(seen, "connection 17"),
        hint="Mended, it returns what the block binds. Which object has to be entered?",
        saw=repr(seen),
    )
    expect(shelf.events == ["+connection", "-connection"], hint=CLEANUP, saw=shelf)
    report = sweep(lambda shelf: submission.mended_coroutine(lender(shelf)))
    expect(report.clean, hint=CLEANUP, saw=report)


LOCKED = "the table is locked: it didn't yield a row"


class Locked(dict):
    """Discounts that cannot be read today."""

    def get(self, *_):
        raise RuntimeError(LOCKED)

    __contains__ = __getitem__ = get


@case("RuntimeError: generator didn't yield")
async def didnt_yield(submission: Submission):
    discounts = {"Ada": 10, "Ben": 0}
    seen = await outcome(submission.meets_yield(discounts, "Eve"))
    expect_met(seen, "RuntimeError: generator didn't yield", library="contextlib")
    seen = await outcome(submission.meets_yield(discounts, "Ada"))
    expect(
        same(seen, 10),
        hint="Nobody ships a manager that never works. On which path does yours not "
        "reach its `yield`, and for whom?",
        saw=f"for a name that is there: {seen!r}",
    )
    for name, wanted in (("Ada", 10), ("Ben", 0), ("Eve", None)):
        seen = await outcome(submission.mended_yield(discounts, name))
        expect(
            same(seen, wanted),
            hint="Mended, each path reaches one `yield`. What does it bind there?",
            saw=f"{name} of {discounts}: {seen!r}",
        )


@case("RuntimeError: generator didn't yield, and a RuntimeError of the table's")
async def table_is_locked(submission: Submission):
    seen = await outcome(submission.mended_yield(Locked(), "Ada"))
    expect(
        str(seen) == LOCKED,
        hint="Something else failed, and nobody heard of it. Mended means that the "
        "message does not come; which RuntimeError has been caught here?",
        saw=repr(seen),
    )


def job(result=None, error=None, log=None):
    """A coroutine function that suspends, then returns or raises."""

    async def run():
        try:
            for _ in range(20 if log is not None else 2):
                await checkpoint("at work")
        finally:
            if log is not None:
                log.append("ended")
        if error:
            raise error
        return result

    return run


@case("ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)")
async def group(submission: Submission):
    wanted = "ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)"
    seen = await outcome(submission.meets_group([job(1), job(error=ValueError("17"))]))
    expect_met(seen, wanted, library="asyncio")
    seen = await outcome(submission.meets_group([job(1), job(2)]))
    expect(
        same(seen, [1, 2]),
        hint="With two jobs that work there is nothing to complain about. What does "
        "yours do with them?",
        saw=repr(seen),
    )
    seen = await outcome(submission.mended_group([job(1), job(2)]))
    expect(
        same(seen, [1, 2]),
        hint="Mended, and no job fails: their results, in their order.",
        saw=repr(seen),
    )
    log = []
    refused = [job(1, log=log), job(error=ValueError("17"))]
    seen = await outcome(submission.mended_group(refused))
    expect(
        same(seen, []),
        hint="One job refused. What leaves a task group around one exception, and "
        "which `except` looks into it?",
        saw=repr(seen),
    )
    expect(
        log == ["ended"] and not pending_tasks(),
        hint="One job refused, and its sibling still runs.",
        saw=f"{len(pending_tasks())} tasks running",
    )
    for errors in ([KeyError("a")], [ValueError("17"), KeyError("a")]):
        jobs = [job(error=error) for error in errors]
        seen = await outcome(submission.mended_group(jobs))
        expect(
            isinstance(seen, ExceptionGroup) and seen.subgroup(KeyError) is not None,
            hint="Only a ValueError is a refusal. What becomes of the others?",
            saw=f"jobs raised {errors}, out came {seen!r}",
        )
    log = []
    task = asyncio.create_task(submission.mended_group([job(1, log=log)]))
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=1)
    expect(
        task.cancelled() and log == ["ended"],
        hint="The caller was cancelled while the jobs ran. Do they go with it?",
        saw=f"cancelled: {task.cancelled()}, jobs ended: {len(log)}",
    )


@case("ValueError: <Token …> was created in a different Context")
async def context(submission: Submission):
    variable, log = ContextVar("request_id"), []

    async def body():
        await checkpoint("in the body")
        log.append(variable.get("nothing"))
        return "done"

    seen = await outcome(submission.meets_context(variable, "r-17", body))
    wanted = "ValueError: <Token … was created in a different Context"
    expect_met(seen, wanted, at=("CALL",))
    expect(
        log == ["r-17"],
        hint="The message came, and `body` did not run once under the value. Which "
        "work needed the variable?",
        saw=f"body saw {log}",
    )
    fault = KeyError("order 17")

    async def failing():
        raise fault

    async def cancelled():
        raise asyncio.CancelledError

    variable.set("before")
    for work in (body, failing, cancelled):
        try:
            seen = await submission.mended_context(variable, "r-18", work)
        except (Exception, asyncio.CancelledError) as error:
            seen = error
        expect(
            variable.get() == "before",
            hint="The work is done, and your caller finds its variable changed. On "
            "which ways out do you put it back, and in which task?",
            saw=f"after {work.__name__}: {variable.get()!r}",
        )
        if work is body:
            expect(
                same(seen, "done") and log[-1] == "r-18",
                hint="Mended, it returns what the body returns, under the value.",
                saw=f"{seen!r}, body saw {log[-1]!r}",
            )
        if work is failing:
            expect(
                seen is fault,
                hint="The body's exception belongs to the caller.",
                saw=repr(seen),
            )
        if work is cancelled:
            expect(
                isinstance(seen, asyncio.CancelledError),
                hint="The body was cancelled, and that did not come out.",
                saw=repr(seen),
            )
    waiting, ended = asyncio.Event(), []

    async def waits():
        waiting.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("the body")

    task = asyncio.create_task(submission.mended_context(variable, "r-20", waits))
    await asyncio.wait_for(waiting.wait(), 1)
    task.cancel()
    await asyncio.wait([task], timeout=1)
    expect(
        task.cancelled() and ended,
        hint="The caller was cancelled while the body waited. Does the body go with "
        "it?",
        saw=f"cancelled: {task.cancelled()}, body ended: {bool(ended)}",
    )
    unset = ContextVar("unset")
    await submission.mended_context(unset, "r-19", body)
    expect(
        unset.get("unset") == "unset",
        hint="The variable had no value before. What does it have now?",
        saw=repr(unset.get("unset")),
    )


class Stream:
    """Three items, then nothing for ever; notes how far it is."""

    def __init__(self):
        self.read, self.stalled, self.closed = 0, asyncio.Event(), False
        self.items = self.generate()

    async def generate(self):
        try:
            for item in (4, 5, 6):
                await checkpoint("next item")
                self.read += 1
                yield item
            self.stalled.set()
            await asyncio.Event().wait()
        finally:
            await checkpoint("closing the stream")
            self.closed = True


@case("RuntimeError: aclose(): asynchronous generator is already running")
async def running(submission: Submission):
    stream = Stream()
    seen = await outcome(submission.meets_running(stream.items, stream.stalled))
    wanted = "RuntimeError: aclose(): asynchronous generator is already running"
    expect_met(seen, wanted, at=("SEND",))
    expect(
        stream.read == 3,
        hint="The message came before the event was set: somebody reads until then.",
        saw=f"{stream.read} items read",
    )
    stream = Stream()
    seen = await outcome(submission.mended_running(stream.items, stream.stalled))
    expect(
        same(seen, [4, 5, 6]),
        hint="Mended, it returns what was read until the event. Who is inside the "
        "stream when you close it?",
        saw=repr(seen),
    )
    expect(
        stream.closed and not pending_tasks(),
        hint="The list is here, and the stream or its reader is still open.",
        saw=f"closed: {stream.closed}, tasks running: {len(pending_tasks())}",
    )
    stream, enough = Stream(), asyncio.Event()
    task = asyncio.create_task(submission.mended_running(stream.items, enough))
    await asyncio.wait_for(stream.stalled.wait(), 1)
    task.cancel()
    await asyncio.wait([task], timeout=1)
    expect(
        task.cancelled() and stream.closed and not pending_tasks(),
        hint="You were cancelled while you waited for the event. Who ends the reader "
        "then, and who closes the stream?",
        saw=f"closed: {stream.closed}, tasks running: {len(pending_tasks())}",
    )
    stream, enough = Stream(), asyncio.Event()
    await anext(stream.items)
    enough.set()
    seen = await outcome(submission.mended_running(stream.items, enough))
    expect(
        type(seen) is list and stream.closed,
        hint="The event was set before you began, and the stream was open. Who closes "
        "it if its reader never starts?",
        saw=f"{seen!r}, closed: {stream.closed}",
    )


@case("RuntimeError: Session is closed")
async def closed(submission: Submission):
    async with local_server() as server:
        url = server.url("/text")
        seen = await outcome(submission.meets_closed(url))
        expect_met(seen, "RuntimeError: Session is closed", library="aiohttp")
        gc.collect()
        with complaints() as told:
            seen = await outcome(submission.mended_closed(url))
            expect(
                same(seen, "plain text\n"),
                hint="Mended, it returns the text at the address. When is it "
                "fetched, and when does the session end?",
                saw=repr(seen),
            )
            await expect_closed(server, told, "mended")
            await cancelled_while_waiting(server, told, submission.mended_closed)


@case("ClientConnectionError: Connection closed")
async def unread(submission: Submission):
    async with local_server() as server:
        url = server.url(LARGE)
        seen = await outcome(submission.meets_unread(url))
        expect_met(seen, "ClientConnectionError: Connection closed", library="aiohttp")
        gc.collect()
        with complaints() as told:
            seen = await outcome(submission.mended_unread(url))
            expect(
                type(seen) is bytes and len(seen) == 1_000_000,
                hint="Mended, it returns the whole body. While which block lasts can a "
                "body be read?",
                saw=f"{len(seen)} bytes" if type(seen) is bytes else repr(seen)[:80],
            )
            await expect_closed(server, told, "mended")
            await cancelled_while_waiting(server, told, submission.mended_unread)
