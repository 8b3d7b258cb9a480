"""Streams are merged as they arrive, none runs ahead, and all are closed."""

import asyncio
from typing import Any, NamedTuple

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("merged",)

FOREVER = 10_000


class Broken(Exception):
    """What a stream raises that is set to fail."""


class Source:
    """A stream of named items that counts them, and holds a connection."""

    def __init__(self, name: str, count=1, pause: float = 1, error=None, values=None):
        self.state, self.given, self.taken, self.ahead = "new", 0, 0, 0
        self.name = name
        self.stream = self.read(
            values or [f"{name}{number}" for number in range(1, count + 1)],
            pause,
            error,
        )

    async def read(self, values, pause, error):
        self.state = "open"
        try:
            for value in values:
                await asyncio.sleep(pause)
                self.given += 1
                self.ahead = max(self.ahead, self.given - self.taken)
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
    """What the reader got and when, and how its block ended."""

    items: list[Any]
    times: list[float]
    ended: BaseException | None
    took: float
    open: list[str]
    running: int

    def __str__(self) -> str:
        how = "normally" if self.ended is None else f"with {self.ended!r}"
        return (
            f"the reader got {self.items!r}, its block ended {how} at {self.took:g} s"
        )


NEVER = (
    "The reader's block is never left. Who waits there, and for what that will not "
    "come?"
)


def use(
    submission: Submission,
    *sources: Source,
    work: float = 0,
    take: int | None = None,
    leave: BaseException | None = None,
    cancel: float | None = None,
    linger: float = 0,
    begun: bool = False,
) -> Seen:
    """Read in virtual time, and leave the block in one of the ways."""
    items: list[Any] = []
    times: list[float] = []
    left: list[Any] = []
    by_name = {source.name: source for source in sources}

    async def block() -> None:
        if begun:
            for source in sources:
                await anext(source.stream)
        manager = submission.merged(*(source.stream for source in sources))
        usable = hasattr(type(manager), "__aenter__")
        if hasattr(manager, "close") and not usable:
            manager.close()  # a coroutine: it would warn that nobody awaited it
        expect(
            usable,
            hint="`merged` should return an async context manager. Its `yield` hands "
            "out one thing: the iterator.",
            saw=f"it returned a {type(manager).__name__}",
        )
        async with manager as stream:
            if linger:
                await asyncio.sleep(linger)
            if take == 0:
                return
            async for item in stream:
                items.append(item)
                times.append(asyncio.get_running_loop().time())
                if type(item) is str and item[:1] in by_name:
                    by_name[item[:1]].taken += 1
                if len(items) == take:
                    break
                await asyncio.sleep(work)
            if leave is not None:
                raise leave

    async def reader() -> None:
        ended: BaseException | None = None
        try:
            await block()
        except BaseException as error:
            ended = error
            raise
        finally:
            still = [
                f"{source.name} ({source.state})"
                for source in sources
                if source.state not in ("new", "closed")
            ]
            left.extend([ended, asyncio.get_running_loop().time(), still])

    async def main() -> Seen:
        task = asyncio.create_task(reader())
        if cancel is not None:
            await asyncio.sleep(cancel)
            task.cancel()
        await asyncio.wait([task], timeout=FOREVER)
        expect(bool(left), hint=NEVER, saw=f"the reader has got {items!r}")
        if not task.cancelled():
            task.exception()  # seen
        return Seen(items, times, *left, len(asyncio.all_tasks()) - 1)

    try:
        return run_virtual(main())
    except RuntimeError as error:
        stuck = "nothing can happen any more" in str(error)
        expect(not stuck, hint=NEVER, saw=str(error).partition(":\n")[2])
        raise


def expect_tidy(seen: Seen) -> None:
    expect(
        not any("half" in name for name in seen.open),
        hint="A stream had begun to close, and that was cut, too. Who cancels a "
        "second time?",
        saw=f"{seen}; open: {', '.join(seen.open)}",
    )
    expect(
        not seen.open,
        hint="The block has been left, and a stream is open. Who closes it, and who "
        "waits for that?",
        saw=f"{seen}; open: {', '.join(seen.open)}",
    )
    expect(
        seen.running == 0,
        hint="The block has been left, and a task of yours is running.",
        saw=f"{seen.running} tasks still running",
    )


def expect_well(seen: Seen) -> None:
    expect(seen.ended is None, hint="Nothing went wrong, and it raised.", saw=str(seen))


def leaves(error: BaseException | None) -> list[BaseException]:
    """The exceptions in a group, however nested; a lone one is its own group."""
    if error is None:
        return []
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in leaves(inner)]
    return [error]


@case("a quick and a slow stream")
def quick_and_slow(submission: Submission) -> None:
    seen = use(submission, Source("a", 5, 1), Source("b", 3, 2.5))
    expect_well(seen)
    expect(
        len(seen.items) == 8,
        hint="Each item of each stream should come out. When has the last one come?",
        saw=str(seen),
    )
    expect(
        same(seen.items, ["a1", "a2", "b1", "a3", "a4", "a5", "b2", "b3"])
        or same(seen.items, ["a1", "a2", "b1", "a3", "a4", "b2", "a5", "b3"]),
        hint="The items should come in the order in which they arrive: a quick stream "
        "waits for no slow one.",
        saw=str(seen),
    )
    expect(
        same(seen.times, [1.0, 2.0, 2.5, 3.0, 4.0, 5.0, 5.0, 7.5]),
        hint="An item should come out when it arrives.",
        saw=f"they came at {', '.join(f'{time:g}' for time in seen.times)} s",
    )
    expect_tidy(seen)


@case("none, one and three streams")
def other_numbers(submission: Submission) -> None:
    for names in ("", "a", "abc"):
        seen = use(submission, *(Source(name, 2) for name in names))
        expect_well(seen)
        expect(
            len(seen.items) == 2 * len(names),
            hint="Each item of each stream should come out, and then the end.",
            saw=f"{len(names)} streams of 2 items: {seen}",
        )
        expect_tidy(seen)


@case("items that look like nothing")
def falsy_items(submission: Submission) -> None:
    values = [0, None, "", False, ()]
    seen = use(submission, Source("a", values=values))
    expect_well(seen)
    expect(
        same(seen.items, values),
        hint="`None` is an item like any other. How else can the end be told?",
        saw=str(seen),
    )


@case("a slow reader")
def slow_reader(submission: Submission) -> None:
    sources = Source("a", 20, 0), Source("b", 20, 0.1)
    seen = use(submission, *sources, work=5)
    expect_well(seen)
    expect(
        len(seen.items) == 40,
        hint="Each item of each stream should come out.",
        saw=f"{len(seen.items)} of 40 items",
    )
    ahead = max(source.ahead for source in sources)
    expect(
        ahead <= 3,
        hint="A stream runs ahead of the reader, and the items pile up. What would "
        "make it wait?",
        saw=f"{ahead} items ahead",
    )
    expect_tidy(seen)


def expect_failure(seen: Seen, error: Exception) -> None:
    expect(
        seen.ended is not None,
        hint="A stream failed, and the reader takes what it got for everything.",
        saw=str(seen),
    )
    found = leaves(seen.ended)
    expect(
        any(one is error for one in found),
        hint="A stream failed, and its exception did not reach the reader.",
        saw=str(seen),
    )
    expect(
        all(one is error for one in found),
        hint="The stream's exception comes in company. In which block does your "
        "`yield` stand while the reader works?",
        saw=str(seen),
    )


@case("a stream fails while the reader waits")
def fails_while_waiting(submission: Submission) -> None:
    error = Broken("no row")
    seen = use(submission, Source("a", 2, 1, error), Source("b", 9, 10))
    expect_failure(seen, error)
    expect_tidy(seen)


@case("a stream fails while the reader works")
def fails_while_working(submission: Submission) -> None:
    error = Broken("no row")
    seen = use(submission, Source("a", 1, 1, error), Source("b", 9, 3), work=100)
    expect_failure(seen, error)
    expect_tidy(seen)


@case("the reader leaves early")
def leaves_early(submission: Submission) -> None:
    for pause in (1, 0):
        sources = Source("a", 30, pause), Source("b", 30, 3)
        seen = use(submission, *sources, take=4, linger=5)
        expect_well(seen)
        expect_tidy(seen)
        expect(
            seen.took <= 20,
            hint="The reader has left, and the streams are read on.",
            saw=f"the block ended at {seen.took:g} s",
        )


@case("the block raises")
def block_raises(submission: Submission) -> None:
    error = KeyError("order 17")
    seen = use(submission, Source("a", 30), Source("b", 30), take=3, leave=error)
    found = leaves(seen.ended)
    expect(
        len(found) == 1 and found[0] is error,
        hint="The block's own exception should leave it, and no other.",
        saw=str(seen),
    )
    expect_tidy(seen)


@case("the reader is cancelled")
def cancelled(submission: Submission) -> None:
    for work, moment in ((0, 2.5), (10, 5.5)):
        sources = Source("a", 30, 1), Source("b", 30, 4)
        seen = use(submission, *sources, work=work, cancel=moment)
        expect(
            isinstance(seen.ended, asyncio.CancelledError),
            hint="Whoever cancelled the reader finds that it was not cancelled.",
            saw=str(seen),
        )
        expect_tidy(seen)


@case("a stream fails, and the reader asks for nothing")
def fails_unseen(submission: Submission) -> None:
    error = Broken("no row")
    seen = use(submission, Source("a", 0, 1, error), Source("b", 9), linger=50, take=0)
    expect(
        seen.ended is not None,
        hint="A stream failed, the reader asked for nothing any more, and the block "
        "ended as if all had gone well. By which way should it come out?",
        saw=str(seen),
    )
    expect_failure(seen, error)
    expect_tidy(seen)


@case("the block is left at once")
def left_at_once(submission: Submission) -> None:
    seen = use(submission, Source("a", 9), Source("b", 9), take=0, begun=True)
    expect_well(seen)
    expect(
        not seen.open or seen.running > 0,
        hint="The block was left before its tasks had begun, and a stream is open. "
        "What does a task do that is cancelled before its first step?",
        saw=f"{seen}; open: {', '.join(seen.open)}",
    )
    expect_tidy(seen)
