"""Only the stream's time is limited, per item, and the stream is closed."""

import asyncio
from contextlib import aclosing
from typing import Any, NamedTuple

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("each_within",)

SECONDS = 10


class Broken(Exception):
    """What a stream raises that is set to fail."""


class Source:
    """A stream whose items take their time, and which holds a connection."""

    def __init__(self, *pauses: float, values=None, error=None, closing=1):
        self.state, self.closing = "new", closing
        self.stream = self.read(pauses, values or range(1, len(pauses) + 1), error)

    async def read(self, pauses, values, error):
        self.state = "open"
        try:
            for pause, value in zip(pauses, values, strict=True):
                await asyncio.sleep(pause)
                yield value
            if error is not None:
                raise error
        finally:
            try:
                await asyncio.sleep(self.closing)
            except asyncio.CancelledError:
                self.state = "half closed"
                raise
            self.state = "closed"


class Seen(NamedTuple):
    """What the reader got and when it ended, with what, and the stream's state."""

    items: list[Any]
    ended: BaseException | None
    took: float
    state: str
    running: int

    def __str__(self) -> str:
        how = "normally" if self.ended is None else f"with {self.ended!r}"
        return (
            f"the reader got {self.items!r} and ended {how} at {self.took:g} s; "
            f"the stream is {self.state}"
        )


def read(
    submission: Submission,
    source: Source,
    *,
    work: float = 0,
    take: int | None = None,
    cancel: float | None = None,
) -> Seen:
    """Read in virtual time: at leisure, or only some items, or cancelled."""
    items: list[Any] = []

    async def reader() -> None:
        async with aclosing(submission.each_within(source.stream, SECONDS)) as stream:
            async for item in stream:
                items.append(item)
                if len(items) == take:
                    break
                await asyncio.sleep(work)

    async def main() -> Seen:
        task = asyncio.create_task(reader())
        if cancel is not None:
            await asyncio.sleep(cancel)
            task.cancel()
        await asyncio.wait([task], timeout=100_000)
        ended = asyncio.CancelledError() if task.cancelled() else task.exception()
        now, others = asyncio.get_running_loop().time(), len(asyncio.all_tasks()) - 1
        return Seen(items, ended, now, source.state, others)

    return run_virtual(main())


def expect_unharmed(seen: Seen) -> None:
    expect(
        not isinstance(seen.ended, asyncio.CancelledError),
        hint="The reader was cancelled, and nobody had cancelled it. In whose code is "
        "the task while your timeout runs?",
        saw=str(seen),
    )
    expect(
        not isinstance(seen.ended, TimeoutError),
        hint="The stream was in time for each item. Which time have you added up?",
        saw=str(seen),
    )
    expect(
        not isinstance(seen.ended, RuntimeError),
        hint="At its end a stream raises `StopAsyncIteration`. That must not leave a "
        "generator.",
        saw=str(seen),
    )
    expect(seen.ended is None, hint="Nothing went wrong, and it raised.", saw=str(seen))


def expect_closed(seen: Seen) -> None:
    expect(
        seen.running == 0,
        hint="The reader has ended, and a task of yours has not.",
        saw=f"{seen.running} tasks still running",
    )
    expect(
        seen.state != "half closed",
        hint="The stream had begun to close, and that was cut, too. How often does "
        "your timeout cancel, and does it end with the wait for the item?",
        saw=str(seen),
    )
    expect(
        seen.state == "closed",
        hint="Your generator has ended, and the stream that it reads is open.",
        saw=str(seen),
    )


@case("a stream in time")
def in_time(submission: Submission) -> None:
    seen = read(submission, Source(1, 9, 1, 9))
    expect_unharmed(seen)
    expect(
        same(seen.items, [1, 2, 3, 4]),
        hint="Each item of the stream should come out.",
        saw=str(seen),
    )
    expect_closed(seen)


@case("a slow reader")
def slow_reader(submission: Submission) -> None:
    seen = read(submission, Source(1, 9, 1), work=500)
    expect(
        not isinstance(seen.ended, TimeoutError),
        hint="The stream was in time. From which moment on do you count?",
        saw=str(seen),
    )
    expect_unharmed(seen)
    expect(
        same(seen.items, [1, 2, 3]),
        hint="Each item of the stream should come out.",
        saw=str(seen),
    )
    expect_closed(seen)


@case("items that look like nothing")
def falsy_items(submission: Submission) -> None:
    values = [0, None, "", False]
    seen = read(submission, Source(1, 1, 1, 1, values=values))
    expect_unharmed(seen)
    expect(
        same(seen.items, values),
        hint="`None` is an item like any other. How else can a stream say that it "
        "has ended?",
        saw=str(seen),
    )


@case("an empty stream")
def empty(submission: Submission) -> None:
    seen = read(submission, Source())
    expect_unharmed(seen)
    expect_closed(seen)


def expect_timeout(seen: Seen, items: list[int], moment: float) -> None:
    expect(
        seen.ended is not None,
        hint="An item took too long, and the reader takes what it got for everything.",
        saw=str(seen),
    )
    expect(
        isinstance(seen.ended, TimeoutError),
        hint="An item took too long: `TimeoutError` should come out.",
        saw=str(seen),
    )
    expect_closed(seen)
    expect(
        same(seen.items, items) and seen.took == moment + 1,
        hint=f"The limit of {SECONDS} s begins when the reader asks for an item, and "
        "ends when it gets it.",
        saw=f"{seen}; expected at {moment:g} s, and 1 s for closing",
    )


@case("the first item takes too long")
def first_too_slow(submission: Submission) -> None:
    expect_timeout(read(submission, Source(500)), [], SECONDS)


@case("the third item takes too long")
def third_too_slow(submission: Submission) -> None:
    expect_timeout(read(submission, Source(9, 9, 500, 1)), [1, 2], 18 + SECONDS)


@case("the third item takes too long, and the reader is slow")
def third_too_slow_slow_reader(submission: Submission) -> None:
    seen = read(submission, Source(9, 9, 500, 1), work=100)
    expect_timeout(seen, [1, 2], 218 + SECONDS)


@case("the stream fails")
def stream_fails(submission: Submission) -> None:
    for error in (Broken("no row"), TimeoutError("the stream's own")):
        seen = read(submission, Source(1, error=error))
        expect(
            seen.ended is error,
            hint="An exception of the stream's should pass unchanged.",
            saw=str(seen),
        )
        expect_closed(seen)


@case("the reader leaves early")
def leaves_early(submission: Submission) -> None:
    seen = read(submission, Source(1, 1, 1), take=2)
    expect(seen.ended is None, hint="Leaving is no error.", saw=str(seen))
    expect_closed(seen)


@case("the stream needs long to close")
def slow_to_close(submission: Submission) -> None:
    seen = read(submission, Source(1, 1, 1, closing=3 * SECONDS), take=2)
    expect(
        seen.ended is None,
        hint="The limit is for items. Closing the stream is none.",
        saw=str(seen),
    )
    expect_closed(seen)


@case("each item is read by a task of its own")
def by_turns(submission: Submission) -> None:
    source, ends = Source(1, 1, 500), []

    async def main() -> None:
        stream = submission.each_within(source.stream, SECONDS)
        for _ in range(3):
            reading = asyncio.create_task(take_one(stream))
            await asyncio.wait([reading])
            ends.append("CancelledError" if reading.cancelled() else reading.result())
        await stream.aclose()

    async def take_one(stream) -> object:
        try:
            return await anext(stream)
        except Exception as error:
            return type(error).__name__

    run_virtual(main())
    expect(
        same(ends, [1, 2, "TimeoutError"]),
        hint="Each item was asked for by another task, and the third took too long. "
        "Which task does your timeout cancel?",
        saw=f"the three got {ends!r}",
    )


@case("the reader is cancelled")
def cancelled(submission: Submission) -> None:
    for work, moment in ((0, 3), (100, 50)):
        seen = read(submission, Source(1, 9, 1), work=work, cancel=moment)
        expect(
            isinstance(seen.ended, asyncio.CancelledError),
            hint="Whoever cancelled the reader finds that it was not cancelled.",
            saw=str(seen),
        )
        expect_closed(seen)
