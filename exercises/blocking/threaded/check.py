"""A sync manager behaves in `async with` as it does in `with`, off the loop."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType

from asyncwith.checking import Submission, case, expect

DEFINES = ("threaded",)

request_id: ContextVar[str] = ContextVar("request_id", default="none")


class Resource:
    """A sync manager that notes, fails, answers, and can be held in its thread."""

    def __init__(
        self,
        *,
        hold: str = "",
        fail: str = "",
        answer: object = None,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.home = threading.get_ident()
        self.hold, self.fail, self.answer = hold, fail, answer
        self.error = OSError(f"cannot {fail}")
        self.held, self.go = asyncio.Event(), threading.Event()
        self.events: list[str] = []
        self.in_loop: list[str] = []
        self.stood_still: list[str] = []
        self.seen_id = self.seen_at_exit = ""
        self.value = object()
        self.details: tuple[object, ...] = ()

    def __enter__(self) -> object:
        self.seen_id = request_id.get()
        self.blocking("enter")
        return self.value

    def __exit__(self, *details: object) -> object:
        self.details = details
        self.seen_at_exit = request_id.get()
        self.blocking("exit")
        return self.answer

    def blocking(self, what: str) -> None:
        if threading.get_ident() == self.home:
            self.in_loop.append(what)
        elif what == self.hold:
            self.loop.call_soon_threadsafe(self.held.set)
            self.go.wait(3)
        elif not self.stood_still:
            alive = threading.Event()
            self.loop.call_soon_threadsafe(alive.set)
            if not alive.wait(1.0):
                self.stood_still.append(what)
        if what == self.fail:
            self.events.append(f"{what} failed")
            raise self.error
        self.events.append(what)

    @property
    def saw(self) -> str:
        return f"the manager saw: {', '.join(self.events) or 'nothing'}"


def expect_off_the_loop(resource: Resource) -> None:
    for what in resource.in_loop:
        expect(
            False,
            hint=f"`__{what}__` blocks, and it ran in the loop's thread.",
            saw=f"__{what}__ in the thread of the loop",
        )
    expect(
        not resource.stood_still,
        hint="It runs in a thread, and the loop stands still all the same. Which line "
        "waits for the thread without `await`?",
        saw="no sign of life from the loop",
    )


def expect_events(resource: Resource, *wanted: str, hint: str) -> None:
    expect_off_the_loop(resource)
    expect(
        list(wanted) == resource.events,
        hint=hint,
        saw=f"{resource.saw}; expected: {', '.join(wanted)}",
    )


@case("nothing goes wrong")
async def nothing_goes_wrong(submission):
    resource = Resource()
    async with submission.threaded(resource) as value:
        inside = list(resource.events)
        expect(
            value is resource.value,
            hint="`as` should bind what `__enter__` returned.",
            saw=f"a {type(value).__name__}",
        )
    expect_events(
        resource, "enter", "exit", hint="One enter before the block, one exit after it."
    )
    expect(
        inside == ["enter"],
        hint="In the block the manager should be entered, and not exited.",
        saw=f"in the block: {', '.join(inside) or 'nothing'}",
    )
    expect(
        len(resource.details) == 3 and not any(resource.details),
        hint="The block ended well. What does `__exit__` get then?",
        saw=f"{len(resource.details)} details: {resource.details!r}",
    )


async def leave(submission: Submission, manager: object, error: Exception):
    """What comes out of a block that raises."""
    try:
        async with submission.threaded(manager):
            raise error
    except Exception as caught:
        return caught
    return None


@case("the block raises")
async def block_raises(submission):
    resource, error = Resource(), KeyError("order 17")
    out = await leave(submission, resource, error)
    expect_events(
        resource, "enter", "exit", hint="The block raised, and the exit did not run."
    )
    expect(
        out is error,
        hint="The block's exception should leave it, unless the exit says otherwise.",
        saw=f"came out: {out!r}",
    )
    kind, told, traceback = resource.details
    expect(
        kind is KeyError and told is error and isinstance(traceback, TracebackType),
        hint="`__exit__` was not told how the block ended. It has three parameters.",
        saw=f"{resource.details!r}",
    )


@case("the block is cancelled")
async def block_is_cancelled(submission):
    resource, inside = Resource(), asyncio.Event()

    async def request():
        async with submission.threaded(resource):
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(request())
    entered = asyncio.create_task(inside.wait())
    await asyncio.wait([task, entered], return_when=asyncio.FIRST_COMPLETED)
    entered.cancel()
    task.cancel()
    await asyncio.wait([task])
    expect_events(
        resource,
        "enter",
        "exit",
        hint="The block was cancelled, and the exit did not run. Which exceptions end "
        "a block?",
    )
    expect(
        task.cancelled(),
        hint="The block was cancelled, and whoever cancelled it cannot see that.",
        saw="the task is not cancelled",
    )
    expect(
        resource.details[0] is asyncio.CancelledError,
        hint="`__exit__` was not told that the block was cancelled.",
        saw=f"{resource.details!r}",
    )


@case("the exit suppresses")
async def exit_suppresses(submission):
    for answer in (True, "handled"):
        resource = Resource(answer=answer)
        out = await leave(submission, resource, KeyError("order 17"))
        expect(
            out is None,
            hint="`__exit__` answered, and nobody listened. What does a `with` do with "
            "its result?",
            saw=f"__exit__ returned {answer!r}, and {out!r} came out",
        )
    resource = Resource(answer=True)
    out = await leave(submission, resource, error := KeyError("order 17"))
    expect(
        resource.details[1] is error,
        hint="Before it suppresses, the exit looks at what it was told.",
        saw=f"{resource.details!r}",
    )


@case("the manager is a generator that rolls back")
async def generator_manager(submission):
    log = []

    @contextmanager
    def transaction():
        try:
            yield "transaction"
        except KeyError:
            log.append("rollback")
            raise
        else:
            log.append("commit")

    error = KeyError("order 17")
    out = await leave(submission, transaction(), error)
    expect(
        out is error and log == ["rollback"],
        hint="A generator-based manager decides by the exception that reaches its "
        "`yield`. Does the block's reach it?",
        saw=f"{', '.join(log) or 'neither commit nor rollback'}; came out: {out!r}",
    )


@case("enter fails")
async def enter_fails(submission):
    resource, entered = Resource(fail="enter"), False
    out = None
    try:
        async with submission.threaded(resource):
            entered = True
    except Exception as error:
        out = error
    expect(
        not entered,
        hint="`__enter__` failed, and the block ran.",
        saw=resource.saw,
    )
    expect_events(
        resource, "enter failed", hint="What was not entered is not exited either."
    )
    expect(
        out is resource.error,
        hint="The error of `__enter__` should come out as it is.",
        saw=f"came out: {out!r}",
    )


@case("the exit fails")
async def exit_fails(submission):
    resource = Resource(fail="exit")
    out = await leave(submission, resource, KeyError("order 17"))
    expect(
        out is resource.error,
        hint="An exit that raises replaces the block's exception, as in a `with`.",
        saw=f"came out: {out!r}",
    )


@case("context variables")
async def context_variables(submission):
    request_id.set("r-17")
    resource = Resource()
    async with submission.threaded(resource):
        pass
    expect(
        resource.seen_id == "r-17",
        hint="In its thread, `__enter__` does not see the context variables of the "
        "caller. What would take them along?",
        saw=f"request_id is {resource.seen_id!r} there",
    )
    expect(
        resource.seen_at_exit == "r-17",
        hint="In its thread, `__exit__` does not see the context variables of the "
        "caller. What would take them along?",
        saw=f"request_id is {resource.seen_at_exit!r} there",
    )


async def until(condition: Callable[[], bool], seconds: float = 1.0) -> bool:
    """Whether it comes true within this time."""
    now = asyncio.get_running_loop().time
    deadline = now() + seconds
    while not condition() and now() < deadline:  # noqa: ASYNC110 - threads
        await asyncio.sleep(0.005)
    return condition()


async def cancel_during(submission: Submission, what: str, cancels: int, **how: str):
    """Cancel while `what` is held in its thread; the resource and the task."""
    resource, log = Resource(hold=what, **how), []

    async def request():
        async with submission.threaded(resource):
            log.append("body")

    task = asyncio.create_task(request())
    held = asyncio.create_task(resource.held.wait())
    await asyncio.wait([task, held], return_when=asyncio.FIRST_COMPLETED)
    held.cancel()
    expect_off_the_loop(resource)
    for _ in range(cancels):
        task.cancel()
        for _ in range(10):
            await asyncio.sleep(0)
    early = task.done()
    resource.go.set()
    await asyncio.wait([task])
    at_the_end = list(resource.events)
    await until(lambda: len(resource.events) == 2 or "fail" in how)
    times = "once" if cancels == 1 else f"{cancels} times"
    saw = f"cancelled {times} at {what}; {resource.saw}"
    return resource, task, log, early, at_the_end, saw


@case("cancelled while entering", seconds=10)
async def cancelled_while_entering(submission):
    for cancels in (1, 2):
        resource, task, log, _, at_the_end, saw = await cancel_during(
            submission, "enter", cancels
        )
        expect(
            "exit" in resource.events,
            hint="The waiting was cancelled, the thread was not: it entered a moment "
            "later. Who exits?"
            if cancels == 1
            else "A second cancellation, and the manager stays entered.",
            saw=saw,
        )
        expect_events(resource, "enter", "exit", hint="One enter, one exit.")
        expect(
            not log,
            hint="Cancelled before the block, and the block ran.",
            saw=saw,
        )
        expect(
            "exit" in at_the_end,
            hint="The exit came, after the cancellation had left. Whoever waits for "
            "the task believes that all is released.",
            saw=saw,
        )
        expect(
            task.cancelled(),
            hint="The task was cancelled, and whoever cancelled it cannot see that.",
            saw=saw,
        )


@case("cancelled while exiting", seconds=10)
async def cancelled_while_exiting(submission):
    for cancels in (1, 2):
        resource, task, _, early, _, saw = await cancel_during(
            submission, "exit", cancels
        )
        expect(
            not early,
            hint="The task has ended, and its exit still runs in a thread."
            if cancels == 1
            else "The first cancellation was waited out, the second was not.",
            saw=saw,
        )
        expect_events(
            resource, "enter", "exit", hint="One exit, however often it is cancelled."
        )
        expect(
            task.cancelled(),
            hint="A cancellation came while the exit ran, and it is lost.",
            saw=saw,
        )


@case("cancelled while exiting, and the exit suppresses", seconds=10)
async def cancelled_and_suppressed(submission):
    resource = Resource(hold="exit", answer=True)

    async def request():
        async with submission.threaded(resource):
            raise KeyError("order 17")

    task = asyncio.create_task(request())
    await resource.held.wait()
    task.cancel()
    await asyncio.sleep(0)
    resource.go.set()
    await asyncio.wait([task])
    expect(
        task.cancelled(),
        hint="The exit suppresses the block's exception. A cancellation that came "
        "after the block is not the block's.",
        saw="the task is not cancelled",
    )


@case("cancelled, and the manager fails meanwhile", seconds=10)
async def cancelled_and_failed(submission):
    resource, task, log, *_, saw = await cancel_during(
        submission, "enter", 1, fail="enter"
    )
    expect_events(
        resource, "enter failed", hint="What was not entered is not exited either."
    )
    expect(
        task.cancelled() and not log,
        hint="Cancelled while it entered, and then entering failed. Who waits for the "
        "cancellation to come back?",
        saw=saw,
    )
    _, task, *_, saw = await cancel_during(submission, "exit", 1, fail="exit")
    expect(
        task.cancelled(),
        hint="Cancelled while it exited, and then the exit failed. Who waits for the "
        "cancellation to come back?",
        saw=saw,
    )


class Rescued(Resource):
    """Held while it enters, and again while it exits."""

    def __init__(self, **how: str) -> None:
        super().__init__(hold="enter", **how)
        self.exiting, self.go_on = asyncio.Event(), threading.Event()

    def __exit__(self, *details: object) -> object:
        self.loop.call_soon_threadsafe(self.exiting.set)
        self.go_on.wait(3)
        return super().__exit__(*details)


async def cancel_and_rescue(submission: Submission, cancels: int, **how: str):
    """Cancel while it enters, and again while the entered manager exits."""
    resource = Rescued(**how)

    async def request():
        async with submission.threaded(resource):
            pass

    task = asyncio.create_task(request())
    await resource.held.wait()
    task.cancel()
    await asyncio.sleep(0)
    resource.go.set()
    await resource.exiting.wait()
    for _ in range(cancels):
        task.cancel()
        for _ in range(10):
            await asyncio.sleep(0)
    early = task.done()
    resource.go_on.set()
    await asyncio.wait([task])
    return resource, task, early


@case("cancelled while entering, and again while that is exited", seconds=10)
async def cancelled_in_the_rescue(submission):
    resource, task, early = await cancel_and_rescue(submission, 1)
    expect(
        not early,
        hint="A second cancellation, while what was entered is exited: the task has "
        "ended, and its exit still runs in a thread.",
        saw=resource.saw,
    )
    expect_events(resource, "enter", "exit", hint="One enter, one exit.")
    expect(
        task.cancelled(),
        hint="The task was cancelled, and whoever cancelled it cannot see that.",
        saw=resource.saw,
    )


@case("cancelled while entering, and the exit fails", seconds=10)
async def rescue_fails(submission):
    resource, task, _ = await cancel_and_rescue(submission, 0, fail="exit")
    expect_events(resource, "enter", "exit failed", hint="One enter, one exit.")
    expect(
        task.cancelled(),
        hint="Cancelled while it entered, and then the exit failed. Who waits for the "
        "cancellation to come back?",
        saw=resource.saw,
    )
