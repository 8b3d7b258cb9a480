"""A logger stores all its lines, whatever ends the block, and hides nothing."""

import asyncio

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("AsyncLogger",)


class Store:
    """Keeps lines; each takes two turns of the loop to arrive."""

    def __init__(self, broken: bool = False) -> None:
        self.lines: list[str] = []
        self.broken = broken

    async def write(self, line: str) -> int:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if self.broken:
            raise ConnectionError("the store is away")
        if type(line) is not str:
            raise TypeError(f"expected a line, found {type(line).__name__}")
        self.lines.append(line)
        return len(line)


async def leave_with(
    submission: Submission, store: Store, error: BaseException
) -> BaseException | None:
    """What comes out of a block that `error` ends, or None."""
    try:
        async with submission.AsyncLogger(store.write):
            raise error
    except BaseException as seen:
        return seen
    return None


@case("the block ends normally")
async def ends_normally(submission: Submission) -> None:
    store = Store()
    logger = submission.AsyncLogger(store.write)
    async with logger as bound:
        expect(
            bound is logger,
            hint="`as` binds what the entry returns. What does yours return?",
            saw=f"`as` bound an object of type {type(bound).__name__}",
        )
        expect(
            same(store.lines, ["open"]),
            hint="The body has begun: the line `open` should be stored by now.",
            saw=f"stored at the body's first line: {store.lines}",
        )
        await logger.info("paid")
        expect(
            same(store.lines, ["open", "paid"]),
            hint="`await logger.info(text)` is over: its text should be stored.",
            saw=f"stored after it: {store.lines}",
        )
    expect(
        same(store.lines, ["open", "paid", "close"]),
        hint="The block is over: its last line should be `close`, and stored by now.",
        saw=f"stored after the block: {store.lines}",
    )


@case("a KeyError ends the block")
async def raises(submission: Submission) -> None:
    store, error = Store(), KeyError("order 17")
    seen = await leave_with(submission, store, error)
    expect(
        seen is not None,
        hint="The KeyError is gone. What does your exit return, and is that true?",
        saw="the block ended as if nothing had happened",
    )
    expect(
        seen is error,
        hint="Another exception came out in place of the block's own.",
        saw=f"{type(seen).__name__}: {seen}",
    )
    last = store.lines[-1]
    expect(
        last != "open",
        hint="A block that fails is left, too: the logger says so with its last line.",
        saw=f"stored: {store.lines}",
    )
    expect(
        last != "close",
        hint="The exit is told how the block ended. The last line should name it.",
        saw=f"the last line is {last!r}",
    )
    expect(
        same(store.lines, ["open", "close after KeyError"]),
        hint="The last line should hold the name of the exception's type, and no more.",
        saw=f"stored: {store.lines}",
    )


@case("another exception ends the block")
async def raises_another(submission: Submission) -> None:
    for error in (TimeoutError(), SystemExit(3)):
        store = Store()
        seen = await leave_with(submission, store, error)
        name = type(error).__name__
        expect(
            seen is error and same(store.lines, ["open", f"close after {name}"]),
            hint="Not every block ends with the exception that you thought of.",
            saw=f"sent in {name}; stored: {store.lines}; came out: {seen!r}",
        )


@case("the task is cancelled inside the block")
async def cancelled(submission: Submission) -> None:
    store, inside = Store(), asyncio.Event()

    async def work() -> None:
        async with submission.AsyncLogger(store.write):
            inside.set()
            await asyncio.sleep(3600)

    task = asyncio.create_task(work())
    await inside.wait()
    task.cancel()
    await asyncio.wait([task])
    expect(
        task.cancelled() and same(store.lines, ["open", "close after CancelledError"]),
        hint="A cancellation is an exception of the block like any other.",
        saw=f"cancelled: {task.cancelled()}; stored: {store.lines}",
    )


@case("the store fails while the logger is being entered")
async def entry_fails(submission: Submission) -> None:
    store, entered = Store(broken=True), False
    try:
        async with submission.AsyncLogger(store.write):
            entered = True
    except ConnectionError:
        pass
    expect(
        not entered,
        hint="The line `open` could not be stored, and the block was entered.",
        saw="the body ran",
    )
