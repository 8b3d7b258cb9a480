"""A feed behind a real server: what becomes of the subscriptions."""

import asyncio
import gc

import aiohttp

from asyncwith import local_app
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("make_app",)


class Broken(Exception):
    """What a subscription raises that is set to fail."""


class Spins(BaseException):
    """The loop has not come round for a thousand events."""


class Subscription:
    def __init__(self, feed):
        self.feed, self.state, self.count, self.turn = feed, "open", 0, 0

    async def next(self) -> str:
        if self.state != "open":
            self.feed.mistakes.append("next() after unsubscribe()")
        self.count += 1
        if self.count > len(self.feed.texts):
            if self.feed.then == "wait":
                await asyncio.Event().wait()
            elif self.feed.then == "fail":
                raise Broken("fault")
            elif self.feed.turns == self.turn:
                self.feed.spun += 1
                if self.feed.spun > 1000:
                    raise Spins
            else:
                self.turn, self.feed.spun = self.feed.turns, 0
            return "x" * 100_000
        return self.feed.texts[self.count - 1]


class Feed:
    """Hands out subscriptions and keeps the book of what becomes of them."""

    def __init__(self, *texts, then="wait"):
        self.texts, self.then = texts, then
        self.subscriptions, self.mistakes = [], []
        self.turns = self.spun = 0  # turns of the loop; texts within one of them

    async def subscribe(self):
        await asyncio.sleep(0)
        if self.then == "refuse":
            raise Broken("nobody may subscribe")
        self.subscriptions.append(Subscription(self))
        return self.subscriptions[-1]

    async def unsubscribe(self, subscription):
        if subscription.state != "open":
            self.mistakes.append("unsubscribe() called twice")
        subscription.state = "begun"
        for _ in range(3):
            await asyncio.sleep(0.01)
        subscription.state = "ended"

    async def count_turns(self) -> None:
        while True:
            self.turns += 1
            await asyncio.sleep(0)

    @property
    def states(self) -> list[str]:
        return [subscription.state for subscription in self.subscriptions]


async def soon(condition, seconds=1.0) -> bool:
    """Whether a condition holds within some seconds."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - a counter tells nobody
                await asyncio.sleep(0.001)
    except TimeoutError:
        return False
    return True


def expect_ended(feed: Feed, count: int, how: str) -> None:
    states = feed.states
    expect(
        same(len(states), count),
        hint="Each request has a subscription of its own.",
        saw=f"{how}: {len(states)} subscriptions, {count} requests",
    )
    expect(
        "begun" not in states,
        hint="`unsubscribe` was begun and had not ended with the request. What may "
        "wait there, and where is that cleanup running?",
        saw=f"{how}: {states}",
    )
    expect(
        "open" not in states,
        hint="The request has ended, and nobody has unsubscribed. Is the way by which "
        "it ended one that your code knows?",
        saw=f"{how}: {states}",
    )
    expect(
        not feed.mistakes,
        hint="A subscription was used, or ended, once it had been ended.",
        saw=f"{how}: {feed.mistakes[:1]}",
    )


@case("the client reads, and leaves while the stream waits")
async def reads_and_leaves(submission: Submission):
    feed = Feed("one", "", "two\nlines", "data: four")
    wanted = "data: one\n\ndata: \n\ndata: two\ndata: lines\n\ndata: data: four\n\n"
    async with local_app(submission.make_app(feed), lifespan="auto") as server:
        async with aiohttp.ClientSession() as session:
            response = await session.get(server.url("/events"))
            kind = response.headers.get("content-type", "")
            expect(
                response.status == 200 and kind.startswith("text/event-stream"),
                hint="A stream of server-sent events has a media type of its own.",
                saw=f"status {response.status}, {kind!r}",
            )
            seen = b""
            try:
                async with asyncio.timeout(1):
                    while len(seen) < len(wanted):
                        seen += await response.content.readany()
                        if response.content.at_eof():
                            break
            except TimeoutError:
                pass
            expect(
                same(seen.decode(), wanted),
                hint="Look at the bytes: where does an event end, and what does a line "
                "feed in the text mean?",
                saw=repr(seen),
            )
            expect(
                feed.states == ["open"],
                hint="The stream is open, and its subscription is not.",
                saw=feed.states,
            )
        await soon(lambda: not server.requests_running)
        expect_ended(feed, 1, "the client left")


@case("three clients leave at the same time")
async def three(submission):
    feed = Feed("one")
    async with local_app(submission.make_app(feed), lifespan="auto") as server:
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                response = await session.get(server.url("/events"))
                try:
                    async with asyncio.timeout(0.3):
                        await response.content.readany()
                except TimeoutError:
                    break
        await soon(lambda: not server.requests_running)
        expect_ended(feed, 3, "three clients left")


@case("the feed never waits, the client does not read, and leaves")
async def slow_reader(submission):
    feed = Feed(then="more")
    counting = asyncio.create_task(feed.count_turns())
    gc.disable()  # what only the collector closes is not closed
    try:
        async with local_app(submission.make_app(feed), lifespan="auto") as server:
            async with aiohttp.ClientSession() as session:
                await session.get(server.url("/events"))
                await asyncio.sleep(0.3)
            await soon(lambda: not server.requests_running or feed.spun > 1000)
            expect(
                feed.spun <= 1000,
                hint="The client has gone, and the whole server stands still. What in "
                "your loop still waits, once sending does not?",
                saw="a thousand events in one turn of the loop",
            )
            expect_ended(feed, 1, "a slow reader left")
    finally:
        gc.enable()
        counting.cancel()


@case("next() raises")
async def raises(submission):
    feed = Feed("one", then="fail")
    async with local_app(submission.make_app(feed), lifespan="auto") as server:
        async with aiohttp.ClientSession() as session:
            try:
                response = await session.get(server.url("/events"))
                await response.read()
            except aiohttp.ClientError:
                pass
        await soon(lambda: not server.requests_running)
        expect_ended(feed, 1, "next() raised")


@case("subscribe() raises")
async def refuses(submission):
    feed = Feed(then="refuse")
    async with local_app(submission.make_app(feed), lifespan="auto") as server:
        async with aiohttp.ClientSession() as session:
            try:
                response = await session.get(server.url("/events"))
                await response.read()
            except aiohttp.ClientError:
                pass
        await soon(lambda: not server.requests_running)
        expect_ended(feed, 0, "subscribe() raised")
        errors = server.errors
        expect(
            len(errors) == 1 and ("Broken" in errors[0] or "Group" in errors[0]),
            hint="To subscribe failed, and the server was told something else. What "
            "does a cleanup clean up that was never acquired?",
            saw=repr(errors),
        )


@case("the server stops while the stream is open")
async def stops(submission):
    feed = Feed("one")
    async with aiohttp.ClientSession() as session:
        app = submission.make_app(feed)
        async with local_app(app, lifespan="auto", shutdown_timeout=0.1) as server:
            response = await session.get(server.url("/events"))
            await response.content.readany()
        expect_ended(feed, 1, "the server stopped")
