"""A stream is read ahead of its reader, not too far, and closed with the block."""

import asyncio
from typing import Any, NamedTuple

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("read_ahead",)

FOREVER = 10_000


class Broken(Exception):
    """What a stream raises that is set to fail."""


class Source:
    """A stream that counts what it hands out, and holds a connection."""

    def __init__(self, count: int, pause: float = 1, *, values=None, error=None):
        self.state, self.given = "new", 0
        self.stream = self.read(values or range(1, count + 1), pause, error)

    async def read(self, values, pause, error):
        self.state = "open"
        try:
            for value in values:
                await asyncio.sleep(pause)
                self.given += 1
                yield value
            if error is not None:
                raise error
        finally:
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                self.state = "half closed"
                raise
            self.state = "closed"


class Seen(NamedTuple):
    """What the reader got, how far it was behind, and how its block ended."""

    items: list[Any]
    behind: int
    ended: BaseException | None
    took: float
    state: str
    running: int

    def __str__(self) -> str:
        how = "normally" if self.ended is None else f"with {self.ended!r}"
        return (
            f"the reader got {self.items!r}, its block ended {how} at {self.took:g} s; "
            f"the stream is {self.state}"
        )


def use(
    submission: Submission,
    source: Source,
    size: int = 2,
    *,
    work: float = 1,
    take: int | None = None,
    leave: BaseException | None = None,
    cancel: float | None = None,
    linger: float = 0,
    begun: bool = False,
) -> Seen:
    """Read in virtual time, and leave the block in one of the ways."""
    items: list[Any] = []
    behind = 0
    left: list[Any] = []

    def measure() -> None:
        nonlocal behind
        behind = max(behind, source.given - len(items))

    async def block() -> None:
        if begun:
            await anext(source.stream)
        async with submission.read_ahead(source.stream, size) as stream:
            if linger:
                await asyncio.sleep(linger)
            measure()
            if take != 0:
                async for item in stream:
                    items.append(item)
                    measure()
                    if len(items) == take:
                        break
                    await asyncio.sleep(work)
                    measure()
            if leave is not None:
                raise leave

    async def reader() -> None:
        loop = asyncio.get_running_loop()
        try:
            await block()
        except BaseException as error:
            left.extend([error, loop.time(), source.state])
            raise
        left.extend([None, loop.time(), source.state])

    async def main() -> Seen:
        task = asyncio.create_task(reader())
        if cancel is not None:
            await asyncio.sleep(cancel)
            task.cancel()
        await asyncio.wait([task], timeout=FOREVER)
        if not left:
            task.cancel()
            expect(
                False,
                hint="The reader's block is never left. Who waits there, and for what "
                "that will not come?",
                saw=f"the reader has got {items!r}",
            )
        running = len(asyncio.all_tasks()) - 1
        return Seen(items, behind, *left, running)

    try:
        return run_virtual(main())
    except RuntimeError as error:
        expect(
            "nothing can happen any more" not in str(error),
            hint="The reader's block is never left. Who waits there, and for what "
            "that will not come?",
            saw=str(error).partition(":\n")[2],
        )
        raise


def expect_tidy(seen: Seen) -> None:
    expect(
        seen.state != "half closed",
        hint="The stream had begun to close, and that was cut, too. Who cancels a "
        "second time?",
        saw=str(seen),
    )
    expect(
        seen.state in ("new", "closed"),
        hint="The block has been left, and the stream is open. Who closes it, and who "
        "waits for that?",
        saw=str(seen),
    )
    expect(
        seen.running == 0,
        hint="The block has been left, and a task of yours is running.",
        saw=f"{seen.running} tasks still running",
    )


def expect_well(seen: Seen) -> None:
    expect(seen.ended is None, hint="Nothing went wrong, and it raised.", saw=str(seen))


@case("a quick reader")
def quick_reader(submission: Submission) -> None:
    for count in (4, 1, 0):
        seen = use(submission, Source(count), work=0)
        expect_well(seen)
        expect(
            same(seen.items, list(range(1, count + 1))),
            hint="Each item of the stream should come out, in order, and then the end.",
            saw=str(seen),
        )
        expect_tidy(seen)


@case("stream and reader need a second for each item")
def side_by_side(submission: Submission) -> None:
    seen = use(submission, Source(10))
    expect_well(seen)
    expect(
        same(seen.items, list(range(1, 11))),
        hint="Each item of the stream should come out, in order, and then the end.",
        saw=str(seen),
    )
    expect(
        seen.behind < 8,
        hint="The reader waits for the whole stream. When is the first item ready?",
        saw=f"{seen.behind} items were ready before the reader got one",
    )
    expect(
        seen.took <= 12,
        hint="The stream waits while the reader works. Who could read ahead meanwhile?",
        saw=f"{seen.took:g} s; side by side it takes 11, and one more at the most",
    )


@case("a slow reader")
def slow_reader(submission: Submission) -> None:
    for size in (1, 2, 5):
        seen = use(submission, Source(30, pause=0), size, work=10)
        expect_well(seen)
        expect(
            seen.behind <= size + 1,
            hint="The stream runs ahead of its reader, and the items pile up. What "
            "would make it wait?",
            saw=f"size {size}, and {seen.behind} items ahead",
        )
        expect(
            seen.behind >= size,
            hint="The reader is slow, and less lies ready than could.",
            saw=f"size {size}, and never more than {seen.behind} items ahead",
        )
        expect_tidy(seen)


@case("items that look like nothing")
def falsy_items(submission: Submission) -> None:
    values = [0, None, "", False, ()]
    seen = use(submission, Source(5, values=values))
    expect_well(seen)
    expect(
        same(seen.items, values),
        hint="`None` is an item like any other. How else can the end be told?",
        saw=str(seen),
    )


@case("an item that is an exception")
def exception_items(submission: Submission) -> None:
    values = [1, ValueError("row 2 is bad"), 3]
    seen = use(submission, Source(3, values=values))
    expect(
        seen.ended is None and seen.items == values,
        hint="The stream hands out an exception as an item. How does your reader know "
        "it from a failure?",
        saw=str(seen),
    )


@case("the stream fails")
def stream_fails(submission: Submission) -> None:
    for work in (10, 0):
        error = Broken("no row")
        seen = use(submission, Source(3, error=error), work=work)
        expect(
            seen.ended is not None,
            hint="The stream failed, and the reader takes what it got for everything.",
            saw=str(seen),
        )
        expect(
            same(seen.items, [1, 2, 3]),
            hint="The error overtook items that came before it, or cut the reader's "
            "work. By which way should it come?",
            saw=str(seen),
        )
        expect(
            not isinstance(seen.ended, BaseExceptionGroup),
            hint="It comes out in a group. Which block of yours makes the group, and "
            "has the reader's block to be inside it?",
            saw=str(seen),
        )
        expect(
            seen.ended is error,
            hint="The stream's own exception should come out of the loop, as it is.",
            saw=str(seen),
        )
        expect_tidy(seen)


@case("the reader leaves early")
def leaves_early(submission: Submission) -> None:
    for pause in (1, 0):
        for take in (1, 3):
            seen = use(submission, Source(30, pause), take=take, linger=5)
            expect_well(seen)
            expect_tidy(seen)
            expect(
                seen.took <= 20,
                hint="The reader has left, and the stream is read on.",
                saw=f"the block ended at {seen.took:g} s",
            )


@case("the reader takes nothing")
def takes_nothing(submission: Submission) -> None:
    seen = use(submission, Source(30), take=0, linger=1.5)
    expect_well(seen)
    expect_tidy(seen)


@case("the block raises")
def block_raises(submission: Submission) -> None:
    error = KeyError("order 17")
    seen = use(submission, Source(30), take=2, leave=error)
    expect(
        seen.ended is error,
        hint="The block's exception should leave it as it is.",
        saw=str(seen),
    )
    expect_tidy(seen)


@case("the reader is cancelled")
def cancelled(submission: Submission) -> None:
    for pause, moment in ((5, 2.5), (1, 4.5), (0, 15.5)):
        seen = use(submission, Source(30, pause), work=10, cancel=moment)
        expect(
            isinstance(seen.ended, asyncio.CancelledError),
            hint="Whoever cancelled the reader finds that it was not cancelled.",
            saw=str(seen),
        )
        expect_tidy(seen)


@case("the block is left at once")
def left_at_once(submission: Submission) -> None:
    seen = use(submission, Source(30), take=0, begun=True)
    expect_well(seen)
    expect(
        seen.state == "closed" or seen.running > 0,
        hint="The block was left before its task had begun, and the stream is open. "
        "What does a task do that is cancelled before its first step?",
        saw=str(seen),
    )
    expect_tidy(seen)
