"""A pool's threads are bounded, waited for, and gone; the loop goes on."""

import asyncio
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("worker_pool",)

request_id: ContextVar[str] = ContextVar("request_id", default="none")


class Work:
    """Functions that count who runs, and last until the check lets them end."""

    def __init__(self) -> None:
        self.home = threading.get_ident()
        self.lock = threading.Lock()
        self.gates: dict[str, threading.Event] = {}
        self.begun: list[str] = []
        self.over: list[str] = []
        self.peak = 0
        self.threads: list[threading.Thread] = []
        self.in_loop = ""
        self.stood_still = ""

    def hold(self, name: str) -> str:
        """Run in a thread until `release` is called; returns the name."""
        here = threading.current_thread()
        with self.lock:
            gate = self.gates.setdefault(name, threading.Event())
            self.begun.append(name)
            self.peak = max(self.peak, len(self.begun) - len(self.over))
            if here not in self.threads:
                self.threads.append(here)
        if here.ident == self.home:
            self.in_loop = name
        elif not self.stood_still and not gate.wait(1.5):
            self.stood_still = name
        with self.lock:
            self.over.append(name)
        return name

    def release(self, *names: str) -> None:
        for name in names:
            with self.lock:
                self.gates.setdefault(name, threading.Event()).set()

    def expect_off_the_loop(self) -> None:
        expect(
            not self.in_loop,
            hint="The function ran in the thread of the loop.",
            saw=f"{self.in_loop} blocked the loop",
        )
        expect(
            not self.stood_still,
            hint="A function runs in its thread, and the loop stands still. Which line "
            "waits for the thread without `await`?",
            saw=f"the loop did nothing while {self.stood_still} ran",
        )

    @property
    def saw(self) -> str:
        begun, over = (", ".join(names) or "none" for names in (self.begun, self.over))
        return f"begun: {begun}; ended: {over}"


async def until(condition: Callable[[], bool], seconds: float = 1.0) -> bool:
    """Whether it comes true within this time."""
    now = asyncio.get_running_loop().time
    deadline = now() + seconds
    while not condition() and now() < deadline:  # noqa: ASYNC110 - threads
        await asyncio.sleep(0.005)
    return condition()


async def turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def call(run: Any, work: Work, name: str) -> "asyncio.Task[Any]":
    return asyncio.create_task(run(work.hold, name))


@case("calls one after the other")
async def one_after_the_other(submission):
    error, out = KeyError("order 17"), None

    def fail():
        raise error

    def where():
        return threading.get_ident()

    async with submission.worker_pool(2) as run:
        power = await run(pow, 2, 5)
        thread = await run(where)
        try:
            await run(fail)
        except Exception as caught:
            out = caught
        again = await run(pow, 2, 6)
    expect(
        same([power, again], [32, 64]),
        hint="`run` should return what the function returned, after a failed one too.",
        saw=f"{power!r}, {again!r}",
    )
    expect(
        out is error,
        hint="What the function raised should come out of `run`.",
        saw=f"came out: {out!r}",
    )
    expect(
        thread != threading.get_ident(),
        hint="The function ran in the thread of the loop.",
        saw="the loop's own thread",
    )


@case("context variables")
async def context_variables(submission):
    async def ask(run, value):
        request_id.set(value)
        return await run(request_id.get)

    async with submission.worker_pool(1) as run:
        found = [await asyncio.create_task(ask(run, f"r-{n}")) for n in (1, 2)]
    expect(
        same(found, ["r-1", "r-2"]),
        hint="A function should see the context variables of the request that calls "
        "it. What would take them along?",
        saw=f"requests r-1 and r-2 found {found!r}",
    )


@case("five calls, two places", seconds=10)
async def two_places(submission):
    work, names = Work(), ["a", "b", "c", "d", "e"]
    async with submission.worker_pool(2) as run:
        tasks = [call(run, work, name) for name in names]
        await until(lambda: len(work.begun) >= 2)
        await asyncio.sleep(0.05)
        peak = work.peak
        work.release(*names)
        await asyncio.wait(tasks)
        found = [task.result() for task in tasks if not task.cancelled()]
    work.expect_off_the_loop()
    expect(
        peak <= 2 and work.peak <= 2,
        hint="There are two places, and more functions than that ran at a time. Who "
        "counts them?",
        saw=f"{work.peak} at a time",
    )
    expect(
        peak == 2,
        hint="There are two places, and one of them was never used.",
        saw=f"{peak} at a time",
    )
    expect(same(found, names), hint="Each call has its result.", saw=f"{found!r}")


@case("a call is cancelled while its function runs", seconds=10)
async def cancelled_while_running(submission):
    work = Work()
    async with submission.worker_pool(1) as run:
        first = call(run, work, "first")
        await until(lambda: "first" in work.begun)
        first.cancel()
        await turns()
        second = call(run, work, "second")
        early = await until(lambda: "second" in work.begun, 0.3)
        work.release("first", "second")
        await asyncio.wait([first, second])
        found = None if second.cancelled() else second.result()
    work.expect_off_the_loop()
    expect(
        not early and work.peak == 1,
        hint="The call was cancelled, its function was not. Who gave its place away?",
        saw=f"one place, and {work.peak} functions at a time",
    )
    expect(
        same(found, "second"),
        hint="When the function of a cancelled call has ended, its place is free.",
        saw=work.saw,
    )


@case("a call is cancelled while it waits for a place", seconds=10)
async def cancelled_while_waiting(submission):
    work = Work()
    async with submission.worker_pool(1) as run:
        first = call(run, work, "first")
        await until(lambda: "first" in work.begun)
        second = call(run, work, "second")
        await turns()
        second.cancel()
        await turns()
        work.release("first", "second")
        await asyncio.wait([first, second])
        third = call(run, work, "third")
        work.release("third")
        await asyncio.wait([third])
    expect(
        "second" not in work.begun,
        hint="A call was cancelled before it had a place, and its function ran later.",
        saw=work.saw,
    )
    expect(
        same(work.over, ["first", "third"]),
        hint="Calls run in the order in which they came, those that are not cancelled.",
        saw=work.saw,
    )


async def leave(submission: Submission, work: Work, error: Exception | None, kept: Any):
    """A block that ends while one call runs and another waits for a place."""
    async with submission.worker_pool(1) as run:
        kept["run"] = run
        kept["runs"] = call(run, work, "runs")
        await until(lambda: "runs" in work.begun)
        kept["waits"] = call(run, work, "waits")
        await turns()
        if error:
            raise error


async def leave_and_cancel(
    submission: Submission, cancels: int = 0, error: Exception | None = None
):
    """Let the block end, cancel it while it waits; what was seen."""
    work, kept = Work(), {}
    task = asyncio.create_task(leave(submission, work, error, kept))
    await until(lambda: task.done() or "waits" in kept)
    await until(task.done, 0.05)
    for _ in range(cancels):
        task.cancel()
        await turns()
    early = task.done() and "runs" not in work.over
    work.release("runs", "waits")
    await asyncio.wait([task])
    over = list(work.over)
    await asyncio.wait([kept["runs"], kept["waits"]], timeout=0.5)
    work.expect_off_the_loop()
    return work, task, kept, early, over


@case("the block ends while a function runs", seconds=10)
async def block_ends(submission):
    work, task, kept, early, over = await leave_and_cancel(submission)
    expect(
        not early and "runs" in over,
        hint="The block has ended, and a function of its pool still runs.",
        saw=work.saw,
    )
    expect(
        "waits" not in work.begun,
        hint="The block had ended, and a call that was still waiting for a place has "
        "run all the same.",
        saw=work.saw,
    )
    expect(
        kept["waits"].cancelled(),
        hint="A call waited for a place when the block ended. It should be cancelled.",
        saw=f"it is {'done' if kept['waits'].done() else 'still waiting'}",
    )
    expect(
        not task.cancelled() and task.exception() is None,
        hint="Nothing went wrong in the block.",
        saw="the block ended with an exception",
    )


@case("the block raises while a function runs", seconds=10)
async def block_raises(submission):
    error = KeyError("order 17")
    work, task, _, early, over = await leave_and_cancel(submission, error=error)
    expect(
        not early and "runs" in over,
        hint="The block raised, and a function of its pool still runs.",
        saw=work.saw,
    )
    out = None if task.cancelled() else task.exception()
    expect(
        out is error,
        hint="The block's exception should leave it.",
        saw=f"came out: {out!r}",
    )


@case("the block is cancelled while a function runs", seconds=10)
async def block_is_cancelled(submission):
    work, kept = Work(), {}

    async def request():
        async with submission.worker_pool(1) as run:
            kept["runs"] = call(run, work, "runs")
            await until(lambda: "runs" in work.begun)
            kept["waits"] = call(run, work, "waits")
            await asyncio.Event().wait()

    task = asyncio.create_task(request())
    await until(lambda: task.done() or "waits" in kept)
    await turns()
    task.cancel()
    await until(task.done, 0.05)
    early = task.done()
    work.release("runs", "waits")
    await asyncio.wait([task])
    await asyncio.wait(list(kept.values()), timeout=0.5)
    work.expect_off_the_loop()
    expect(
        not early,
        hint="The block was cancelled, and a function of its pool still runs. Which "
        "exceptions end a block?",
        saw=work.saw,
    )
    expect(
        "waits" not in work.begun and kept["waits"].cancelled(),
        hint="A call waited for a place when the block was cancelled. It should be "
        "cancelled too.",
        saw=work.saw,
    )
    expect(
        task.cancelled(),
        hint="The block was cancelled, and whoever cancelled it cannot see that.",
        saw="the task is not cancelled",
    )


@case("cancelled while it waits for the function", seconds=10)
async def cancelled_at_the_end(submission):
    for cancels in (1, 2):
        work, task, _, early, over = await leave_and_cancel(submission, cancels)
        expect(
            not early and "runs" in over,
            hint="Cancelled while it waited, and the block has left a function behind."
            if cancels == 1
            else "The first cancellation was waited out, the second was not.",
            saw=work.saw,
        )
        expect(
            task.cancelled(),
            hint="A cancellation came while the block waited, and it is lost.",
            saw="the task is not cancelled",
        )


@case("after the block", seconds=10)
async def after_the_block(submission):
    work = Work()
    work.release("a", "late")
    async with submission.worker_pool(2) as run:
        await run(work.hold, "a")
    out = None
    try:
        await run(work.hold, "late")
    except RuntimeError as error:
        out = error
    expect(
        out is not None and "late" not in work.begun,
        hint="The pool is gone, and its `run` still takes work.",
        saw=work.saw,
    )
    expect(
        await until(lambda: not any(t.is_alive() for t in work.threads)),
        hint="The block has ended, and a thread of its pool waits for more work.",
        saw="a thread is left",
    )
