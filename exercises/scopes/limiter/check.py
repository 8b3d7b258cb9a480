"""Calls under way are counted, in virtual time, through errors and cancellations."""

import asyncio

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("limited",)


class Refused(Exception):
    """What a call raises that is set to fail."""


class Site:
    """A coroutine function that waits, and counts the calls that are under way."""

    def __init__(self, seconds=1.0, failing=()):
        self.seconds, self.failing = seconds, failing
        self.running, self.peak = 0, 0
        self.began: list[tuple[object, float]] = []

    async def __call__(self, url):
        self.began.append((url, asyncio.get_running_loop().time()))
        self.running += 1
        self.peak = max(self.peak, self.running)
        try:
            wait = self.seconds(url) if callable(self.seconds) else self.seconds
            await asyncio.sleep(wait)
            if url in self.failing:
                raise Refused(url)
            return f"page {url}"
        finally:
            self.running -= 1


def observe(main):
    """Run it in virtual time; a deadlock is a mistake of the submission's."""
    try:
        return run_virtual(main())
    except RuntimeError as error:
        expect(
            "nothing can happen any more" not in str(error),
            hint="Calls wait for their turn, and none is under way: their turn never "
            "comes. Who took a place and did not give it back?",
            saw="every task waits, and no timer is set",
        )
        raise


def fetch_all(submission: Submission, site: Site, limit: int, urls):
    """The outcomes of all calls, errors included, and the seconds they took."""

    async def main():
        fetch = submission.limited(site, limit)
        calls = [fetch(url) for url in urls]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        return outcomes, asyncio.get_running_loop().time()

    return observe(main)


def expect_peak(site: Site, limit: int) -> None:
    expect(
        site.peak <= limit,
        hint="More calls are under way than the limit allows. Is what they share made "
        "once, or once a call?",
        saw=f"{site.peak} at the same time, and the limit is {limit}",
    )


@case("ten calls of one second, a limit of three")
def ten_calls(submission: Submission) -> None:
    site, urls = Site(), list(range(10))
    outcomes, seconds = fetch_all(submission, site, 3, urls)
    expect_peak(site, 3)
    expect(
        len(site.began) == 10,
        hint="Each call of yours is one call of `fetch`.",
        saw=f"10 calls, and {len(site.began)} of `fetch`",
    )
    expect(
        site.peak == 3,
        hint="Three may be under way, and fewer are. What is a lock for three?",
        saw=f"at most {site.peak} at the same time",
    )
    expect(
        same(outcomes, [f"page {url}" for url in urls]),
        hint="Each call should return what `fetch` returned.",
        saw=f"the first three returned {outcomes[:3]!r}",
    )
    expect(
        seconds == 4,
        hint="A place was free and a call was waiting, for some time. What wakes it?",
        saw=f"{seconds:g} s for ten calls of one second, three at a time",
    )


@case("one call takes five seconds, the others one")
def one_slow(submission: Submission) -> None:
    site = Site(seconds=lambda url: 5 if url == 0 else 1)
    _, seconds = fetch_all(submission, site, 2, range(6))
    expect_peak(site, 2)
    expect(
        seconds == 5,
        hint="The next call begins when any of them ends, and not when all have.",
        saw=f"{seconds:g} s; beside the slow one, five others fit into 5 s",
    )


@case("a limit of one")
def one_at_a_time(submission: Submission) -> None:
    site = Site()
    _, seconds = fetch_all(submission, site, 1, range(4))
    expect_peak(site, 1)
    expect(
        seconds == 4,
        hint="A limit of one is a queue.",
        saw=f"{seconds:g} s for four calls of one second",
    )


@case("two limited functions")
def two_limits(submission: Submission) -> None:
    one, other = Site(), Site()

    async def main():
        first = submission.limited(one, 2)
        second = submission.limited(other, 2)
        calls = [fetch(url) for url in range(4) for fetch in (first, second)]
        await asyncio.gather(*calls)
        return asyncio.get_running_loop().time()

    seconds = observe(main)
    expect(
        seconds == 2 and one.peak == 2 and other.peak == 2,
        hint="Two functions, a limit of two each, and they are in each other's way. "
        "How many things are there to share?",
        saw=f"{one.peak} and {other.peak} at the same time, {seconds:g} s",
    )


@case("every second call fails")
def some_fail(submission: Submission) -> None:
    site = Site(failing=range(0, 12, 2))
    outcomes, seconds = fetch_all(submission, site, 3, range(12))
    expect_peak(site, 3)
    expect(
        len(site.began) == 12 and seconds == 4,
        hint="A call failed, and its place was never free again.",
        saw=f"{len(site.began)} of 12 calls began, {seconds:g} s",
    )
    refused = [type(outcome) is Refused for outcome in outcomes]
    expect(
        same(refused, [url % 2 == 0 for url in range(12)]),
        hint="What `fetch` raises should come out of the call that made it.",
        saw=f"{sum(refused)} of 6 exceptions came out",
    )


@case("calls are cancelled while they run")
def cancelled_running(submission: Submission) -> None:
    site = Site(seconds=10)

    async def main():
        fetch = submission.limited(site, 3)
        tasks = [asyncio.create_task(fetch(url)) for url in range(9)]
        await asyncio.sleep(1)
        for task in tasks[:3]:
            task.cancel()
        await asyncio.wait(tasks)
        cancelled = sum(task.cancelled() for task in tasks)
        return cancelled, asyncio.get_running_loop().time()

    cancelled, seconds = observe(main)
    expect_peak(site, 3)
    expect(
        cancelled == 3,
        hint="A cancelled call should end as cancelled.",
        saw=f"3 cancelled, {cancelled} ended so",
    )
    expect(
        len(site.began) == 9 and seconds == 21,
        hint="A call was cancelled, and its place was not free at once.",
        saw=f"{len(site.began)} of 9 calls began, {seconds:g} s instead of 21",
    )


@case("calls are cancelled while they wait for their turn")
def cancelled_waiting(submission: Submission) -> None:
    site = Site(seconds=10)

    async def main():
        fetch = submission.limited(site, 3)
        tasks = [asyncio.create_task(fetch(url)) for url in range(12)]
        await asyncio.sleep(1)
        for task in tasks[4:7]:
            task.cancel()
        await asyncio.wait(tasks)
        return asyncio.get_running_loop().time()

    seconds = observe(main)
    expect(
        site.peak <= 3,
        hint="Calls that had no place yet were cancelled, and places became free. What "
        "did they give back?",
        saw=f"{site.peak} at the same time, and the limit is 3",
    )
    expect(
        len(site.began) == 9 and seconds == 30,
        hint="Calls were cancelled while they waited, and the others suffer.",
        saw=f"{len(site.began)} of 9 calls began, {seconds:g} s instead of 30",
    )
