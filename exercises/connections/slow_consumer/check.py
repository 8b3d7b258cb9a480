"""One publisher, several subscribers, of whom some read and some do not."""

import asyncio
import gc
import inspect
import weakref

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("Channel", "TooSlow")


class Item:
    """Something that can be seen to be forgotten."""


def publish(channel, *items) -> None:
    for item in items:
        try:
            returned = channel.publish(item)
        except Exception as error:
            expect(
                isinstance(error, asyncio.QueueFull),
                hint="Publishing failed. What does it walk over, and who changes that "
                "in the meantime?",
                saw=f"publish() raised {type(error).__name__}: {error}",
            )
            expect(
                False,
                hint="The publisher was told of a subscriber's trouble. Whose is it?",
                saw=f"publish() raised {type(error).__name__}: {error}",
            )
        if inspect.iscoroutine(returned):
            returned.close()
        expect(
            returned is None,
            hint="`publish` is a plain method: there is nothing to await.",
            saw=f"it returned a {type(returned).__name__}",
        )


async def following(items, seconds=0.5):
    """The next item, or the exception that is raised instead."""
    try:
        async with asyncio.timeout(seconds):
            return await anext(items)
    except (Exception, StopAsyncIteration) as error:
        return error


async def read(items, count: int) -> list[object]:
    return [await following(items) for _ in range(count)]


def expect_subscribers(channel, count: int, how: str) -> None:
    seen = channel.subscribers
    expect(
        same(seen, count),
        hint="Who is subscribed, and who no longer is? Look at each way to leave.",
        saw=f"{how}: {seen!r} subscribers, expected {count}",
    )


async def expect_dropped(channel, slow, limit: int) -> None:
    """One more than `limit` was published, and `slow` has read nothing."""
    count = channel.subscribers
    if same(count, 1):
        return
    expect(
        not same(count, 0),
        hint="One of two was slow, and nobody is left.",
        saw=f"limit {limit}: {count!r} subscribers",
    )
    kept = await read(slow, limit)
    more = await following(slow, 0.05)
    expect(
        not same(more, "one more"),
        hint="More than `limit` items wait for one subscriber. What bounds its memory?",
        saw=f"limit {limit}: it read {[*kept, more]!r}",
    )
    expect(
        False,
        hint="A subscriber has missed an item, is subscribed as before, and was told "
        "nothing.",
        saw=f"limit {limit}: {count!r} subscribers; it read {kept!r}",
    )


@case("everybody reads")
async def everybody_reads(submission: Submission):
    channel = submission.Channel(3)
    publish(channel, "nobody is there")
    expect_subscribers(channel, 0, "at the beginning")
    wanted = [None, 0, "", False, [], "last"]
    async with channel.subscribe() as first, channel.subscribe() as second:
        expect_subscribers(channel, 2, "two blocks")
        for number, item in enumerate(wanted):
            publish(channel, item)
            if number % 3 == 2:
                for items in (first, second):
                    seen = await read(items, 3)
                    expect(
                        same(seen, wanted[number - 2 : number + 1]),
                        hint="What was published should arrive, whatever it is, once "
                        "and in its order. Up to `limit` items may wait.",
                        saw=f"published {wanted[number - 2 : number + 1]!r}, "
                        f"read {seen!r}",
                    )
    expect_subscribers(channel, 0, "after the blocks")


@case("a subscriber waits, and then something is published")
async def waits_first(submission):
    channel = submission.Channel(1)
    async with channel.subscribe() as items:
        waiting = [asyncio.create_task(following(items))]
        await asyncio.sleep(0.01)
        publish(channel, "one")
        seen = await waiting[0]
        expect(
            same(seen, "one"),
            hint="A subscriber that waits is not slow.",
            saw=repr(seen),
        )


@case("one reads nothing")
async def one_is_slow(submission):
    for limit in (1, 2, 5):
        channel = submission.Channel(limit)
        async with channel.subscribe() as slow, channel.subscribe() as quick:
            for number in range(limit):
                publish(channel, number)
                seen = await following(quick)
                expect(
                    same(seen, number),
                    hint="A slow subscriber has become the others' trouble.",
                    saw=f"limit {limit}: the reader got {seen!r} instead of {number}",
                )
            expect_subscribers(channel, 2, f"limit {limit}, {limit} items wait")
            publish(channel, "one more")
            seen = await following(quick)
            expect(
                same(seen, "one more"),
                hint="The one who reads was dropped as well.",
                saw=f"limit {limit}: the reader got {seen!r}",
            )
            await expect_dropped(channel, slow, limit)
            for number in range(100):
                publish(channel, number)
                seen = await following(quick)
                expect(
                    same(seen, number),
                    hint="A slow subscriber has become the others' trouble.",
                    saw=f"the reader got {seen!r}",
                )
            seen = await following(slow)
            expect(
                not isinstance(seen, StopAsyncIteration | TimeoutError),
                hint="How does a dropped subscriber learn that it was dropped?",
                saw=f"limit {limit}: its next request gave {seen!r}",
            )
            expect(
                isinstance(seen, submission.TooSlow),
                hint="A subscriber that lost items must not take what is left for all.",
                saw=f"limit {limit}: its next request gave {seen!r}",
            )
        expect_subscribers(channel, 0, "after the blocks")


@case("two are dropped at the same time")
async def two_are_slow(submission):
    channel = submission.Channel(1)
    async with (
        channel.subscribe() as first,
        channel.subscribe() as quick,
        channel.subscribe() as second,
    ):
        publish(channel, 1)
        await following(quick)
        publish(channel, 2)
        expect_subscribers(channel, 1, "two of three read nothing")
        seen = [await following(each) for each in (first, quick, second)]
        expect(
            isinstance(seen[0], submission.TooSlow)
            and isinstance(seen[2], submission.TooSlow)
            and same(seen[1], 2),
            hint="Each of them should learn it, and the third should not notice.",
            saw=repr(seen),
        )


@case("a dropped subscriber's items are forgotten")
async def forgotten(submission):
    channel = submission.Channel(3)
    items = [Item() for _ in range(4)]
    seen = [weakref.ref(item) for item in items]
    async with channel.subscribe():
        for item in items:
            publish(channel, item)
        del item
        items.clear()
        gc.collect()
        kept = sum(ref() is not None for ref in seen)
        expect(
            kept == 0,
            hint="It is dropped, and what waited for it is still in memory, for as "
            "long as its block lasts.",
            saw=f"{kept} of 4 items",
        )


@case("a subscriber leaves by an exception, or is cancelled")
async def leaves(submission):
    channel = submission.Channel(2)
    try:
        async with channel.subscribe():
            raise KeyError("fault")
    except KeyError:
        pass
    expect_subscribers(channel, 0, "after an exception in the block")

    async def reader(reads):
        async with channel.subscribe() as items:
            if reads:
                async for _ in items:
                    pass
            await asyncio.Event().wait()

    for reads in (True, False):
        task = asyncio.create_task(reader(reads))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task], timeout=0.5)
        expect(task.cancelled(), hint="It was cancelled, and does not end.", saw=task)
        expect_subscribers(channel, 0, "after a cancellation")
    publish(channel, 1, 2, 3, 4)


@case("a dropped subscriber leaves its block")
async def dropped_leaves(submission):
    channel = submission.Channel(1)
    async with channel.subscribe() as quick:
        async with channel.subscribe():
            publish(channel, 1)
            await following(quick)
            publish(channel, 2)
        expect_subscribers(channel, 1, "one was dropped, and has left")
        seen = await following(quick)
        expect(same(seen, 2), hint="The other one should not notice.", saw=repr(seen))
