"""A lease whose store is slow, refuses or falls silent, in virtual time."""

import asyncio
from typing import NamedTuple

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("LeaseLost", "lease")

TTL = 9
TRAVEL = 0.25  # seconds of a call to the store
HOUR = 3600.0
SILENT = ["silent"] * 9  # no renewal is answered any more


def clock() -> float:
    return asyncio.get_running_loop().time()


class Taken(Exception):
    """The lease is another's."""


class Store:
    """Answers as it is told to, and keeps the book of what was asked when."""

    def __init__(
        self, *renewals: object, release: object = True, ttl: float = TTL
    ) -> None:
        self.renewals, self.released, self.ttl = list(renewals), release, ttl
        self.acquiring = TRAVEL
        self.refusal: Exception | None = None
        self.renewing = self.overlap = False
        self.book: list[str] = []
        self.moments: list[float] = []

    async def acquire(self, ttl: float) -> str:
        self.book.append("acquire")
        self.expect_ttl(ttl)
        await asyncio.sleep(self.acquiring)
        if self.refusal is not None:
            raise self.refusal
        return "token 17"

    async def renew(self, token: object, ttl: float) -> bool:
        self.book.append("renew")
        self.moments.append(round(clock(), 3))
        self.expect_token(token)
        self.expect_ttl(ttl)
        self.renewing = True
        try:
            return await self.answer(self.renewals.pop(0) if self.renewals else True)
        except asyncio.CancelledError:
            await asyncio.sleep(0.1)  # it closes its connection
            raise
        finally:
            self.renewing = False

    async def release(self, token: object) -> None:
        self.book.append("release")
        self.expect_token(token)
        self.overlap = self.overlap or self.renewing
        await self.answer(self.released)

    def sent(self, number: int, otherwise: float) -> float:
        """When a renewal was sent, counted from 1; or when it should have been."""
        moments = self.moments[:number]
        return moments[-1] if len(moments) == number else otherwise

    async def answer(self, how: object) -> bool:
        """True, False, OSError; "silent"; or seconds until True."""
        if how == "silent":
            await asyncio.sleep(HOUR)
        elif isinstance(how, float):
            await asyncio.sleep(how)
            return True
        await asyncio.sleep(TRAVEL)
        if how is OSError:
            raise OSError("unreachable")
        return how is True

    def expect_token(self, token: object) -> None:
        expect(
            same(token, "token 17"),
            hint="The store wants the token that `acquire` returned.",
            saw=repr(token),
        )

    def expect_ttl(self, ttl: object) -> None:
        expect(
            ttl == self.ttl, hint="The lease is to last `ttl` seconds.", saw=repr(ttl)
        )


class Seen(NamedTuple):
    """How the block ended: when its body did, when it did, and with what."""

    body: float
    took: float
    ended: BaseException | None
    book: list[str]
    left: list[str]
    overlap: bool

    def __str__(self) -> str:
        how = "normally" if self.ended is None else f"with {self.ended!r}"
        return (
            f"the body ended at {self.body:g} s, the whole at {self.took:g} s, {how}; "
            f"asked of the store: {', '.join(self.book)}"
        )


def hold(submission, store, body=HOUR, error=None, cancel=(), cleanup=0.0, broken=None):
    """Hold a lease in virtual time, and leave it in one of the ways."""
    stopped = [-1.0]

    async def job():
        async with submission.lease(store, store.ttl) as token:
            store.expect_token(token)
            try:
                await asyncio.sleep(body)
                if error is not None:
                    raise error
            finally:
                stopped[0] = round(clock(), 3)
                if cleanup:
                    await asyncio.sleep(cleanup)
                if broken is not None:
                    raise broken

    async def main():
        task = asyncio.create_task(job())
        for moment in cancel:
            await asyncio.sleep(moment - clock())
            task.cancel()
        await asyncio.wait([task], timeout=2 * HOUR)
        if not task.done():
            task.cancel()
            return Seen(
                stopped[0], clock(), RuntimeError("never"), store.book, [], False
            )
        ended = asyncio.CancelledError() if task.cancelled() else task.exception()
        asked, took = list(store.book), round(clock(), 3)
        others = asyncio.all_tasks() - {task, asyncio.current_task()}
        left = [other.get_name() for other in others]
        await asyncio.sleep(2 * TTL)
        left = left or store.book[len(asked) :]
        return Seen(stopped[0], took, ended, asked, left, store.overlap)

    return run_virtual(main())


def expect_tidy(seen: Seen, releases: bool = True) -> None:
    expect(
        not seen.left,
        hint="The block has ended, and something of yours still runs.",
        saw=f"{seen}; then: {seen.left}",
    )
    expect(
        not seen.overlap,
        hint="It is released while a renewal is still under way. Who waits for what "
        "you have cancelled?",
        saw=str(seen),
    )
    if releases:
        expect(
            seen.book.count("release") == 1,
            hint="At the end the token should be released, once.",
            saw=str(seen),
        )


def expect_lost(submission: Submission, seen: Seen, moment: float) -> None:
    expect(
        seen.body >= 0 and seen.body <= moment + 0.3,
        hint="The lease is over, and the job goes on. Who stops it?",
        saw=f"{seen}; expected at {moment:g} s",
    )
    expect(
        type(seen.ended) is submission.LeaseLost,
        hint="The lease was lost: LeaseLost should come out, by itself.",
        saw=str(seen),
    )
    expect(
        seen.body == moment,
        hint="The block may run for `ttl` seconds from the moment when the last "
        "successful call was sent; no longer, and no shorter.",
        saw=f"{seen}; expected at {moment:g} s",
    )
    expect_tidy(seen, releases=False)


@case("nothing goes wrong")
def nothing_goes_wrong(submission):
    store = Store()
    seen = hold(submission, store, body=100)
    expect(
        seen.ended is None and seen.body == 100 + TRAVEL,
        hint="The lease was renewed in time, and the block did not end normally.",
        saw=str(seen),
    )
    expect_tidy(seen)
    gaps = [b - a for a, b in zip(store.moments, store.moments[1:], strict=False)]
    expect(
        len(store.moments) > 25 and all(3 <= gap <= 3.3 for gap in gaps),
        hint="It should be renewed every `ttl / 3` seconds.",
        saw=f"renewed at {store.moments[:5]} …",
    )


@case("a short block")
def short(submission):
    seen = hold(submission, Store(), body=1)
    expect(seen.ended is None, hint="Nothing went wrong, and it raised.", saw=str(seen))
    expect_tidy(seen)
    expect(
        same(seen.book, ["acquire", "release"]) and seen.took == 1 + 2 * TRAVEL,
        hint="A block of a second needs no renewal, and does not wait for one.",
        saw=str(seen),
    )


@case("the lease is another's")
def taken(submission):
    store = Store()
    store.refusal = Taken()
    seen = hold(submission, store)
    expect(
        seen.ended is store.refusal and same(seen.book, ["acquire"]),
        hint="What `acquire` raises should come out, and nothing is held then.",
        saw=str(seen),
    )


@case("the store falls silent")
def silent(submission):
    seen = hold(submission, Store(*SILENT, release="silent"))
    expect_lost(submission, seen, TTL)
    store = Store(True, True, *SILENT, release="silent")
    seen = hold(submission, store)
    expect_lost(submission, seen, store.sent(2, 2 * TRAVEL + 6) + TTL)
    expect(
        seen.took <= seen.body + TTL + 1,
        hint="The store is silent, and the exit waits for it. How long may it?",
        saw=str(seen),
    )


@case("the store is unreachable")
def unreachable(submission):
    seen = hold(submission, Store(*[OSError] * 100, release=OSError))
    expect_lost(submission, seen, TTL)
    expect(
        seen.book.count("renew") >= 2,
        hint="After an OSError there is time for another renewal.",
        saw=str(seen),
    )


@case("the store is unreachable for a moment")
def unreachable_once(submission):
    renewals = [True, OSError, True, OSError]
    seen = hold(submission, Store(*renewals), body=60)
    expect(
        seen.ended is None and seen.body == 60 + TRAVEL,
        hint="A renewal failed, a later one succeeded, and the lease was never over.",
        saw=str(seen),
    )
    expect_tidy(seen)


@case("the lease has become another's")
def lost(submission):
    for renewals, sent in (
        ([False], TRAVEL + 3),
        ([True, False], 2 * TRAVEL + 6),
    ):
        store = Store(*renewals)
        seen = hold(submission, store)
        moment = store.sent(len(renewals), sent) + TRAVEL
        expect(
            seen.body == moment,
            hint="The store said that the lease is another's. The job should stop at "
            "once.",
            saw=f"{seen}; expected at {moment:g} s",
        )
        expect_lost(submission, seen, moment)


@case("the answers are slow")
def slow_answers(submission):
    seen = hold(submission, Store(2.0, *SILENT, release="silent"))
    expect_lost(submission, seen, TRAVEL + 3 + TTL)


@case("the block raises")
def block_raises(submission):
    for error in (KeyError("order 17"), TimeoutError("of the block"), OSError("disk")):
        seen = hold(submission, Store(), body=5, error=error)
        expect(
            seen.ended is error,
            hint="The block's own exception should leave it unchanged.",
            saw=f"the block raised {error!r}; {seen}",
        )
        expect_tidy(seen)


@case("the block is cancelled")
def cancelled(submission):
    for moment in (1, 3.3, 20):
        seen = hold(submission, Store(), cancel=(moment,))
        expect(
            isinstance(seen.ended, asyncio.CancelledError),
            hint="Whoever cancelled the job waits for a CancelledError.",
            saw=str(seen),
        )
        expect_tidy(seen)
        expect(
            seen.body == moment,
            hint="The block was cancelled, and its body heard of it later.",
            saw=str(seen),
        )


@case("cancelled while it acquires")
def cancelled_acquiring(submission):
    seen = hold(submission, Store(), cancel=(0.1,))
    expect(
        isinstance(seen.ended, asyncio.CancelledError) and seen.took == 0.1,
        hint="It was cancelled while it waited for the lease.",
        saw=str(seen),
    )
    expect_tidy(seen, releases=False)


@case("cancelled again while it releases")
def cancelled_twice(submission):
    seen = hold(submission, Store(release="silent"), cancel=(5, 7))
    expect(
        isinstance(seen.ended, asyncio.CancelledError) and seen.took <= 14,
        hint="It was cancelled twice, and should end, cancelled.",
        saw=str(seen),
    )
    expect_tidy(seen, releases=False)


@case("cancelled for the first time while it releases")
def cancelled_releasing(submission):
    seen = hold(submission, Store(release="silent"), body=5, cancel=(6,))
    expect(
        isinstance(seen.ended, asyncio.CancelledError) and seen.took == 6,
        hint="It was cancelled while it released. Whoever cancelled it waits for a "
        "CancelledError.",
        saw=str(seen),
    )
    expect_tidy(seen)


@case("the release fails, or is never answered")
def release_fails(submission):
    for release in (OSError, "silent"):
        for error in (None, KeyError("order 17")):
            seen = hold(submission, Store(release=release), body=5, error=error)
            expect(
                seen.took <= 5 + 2 * TRAVEL + TTL,
                hint="The store is silent, and the exit waits for it. How long may it?",
                saw=str(seen),
            )
            expect(
                seen.ended is error,
                hint="The lease ends by itself: a release that fails is no error, and "
                "hides none.",
                saw=str(seen),
            )
            expect_tidy(seen)


@case("the job needs time to stop")
def slow_stop(submission):
    seen = hold(submission, Store(False), cleanup=20)
    expect(
        type(seen.ended) is submission.LeaseLost,
        hint="The lease was lost: LeaseLost should come out, by itself.",
        saw=str(seen),
    )
    expect_tidy(seen, releases=False)
    expect(
        seen.took >= seen.body + 20,
        hint="The block's cleanup should finish.",
        saw=str(seen),
    )


@case("the job fails, or is cancelled, while it stops")
def fails_while_it_stops(submission):
    error = KeyError("order 17")
    seen = hold(submission, Store(False), cleanup=1, broken=error)
    expect(
        seen.ended is error,
        hint="The lease was lost, and then the job failed with an error of its own. "
        "Which of the two should nobody hide?",
        saw=str(seen),
    )
    seen = hold(submission, Store(False), cleanup=20, cancel=(10,))
    expect(
        isinstance(seen.ended, asyncio.CancelledError),
        hint="The lease was lost, and then somebody cancelled the job. Whoever did "
        "waits for a CancelledError.",
        saw=str(seen),
    )


@case("two jobs")
def two_jobs(submission):
    async def main():
        async def job(seconds):
            async with submission.lease(Store(), TTL):
                await asyncio.sleep(seconds)
            return clock()

        return await asyncio.gather(job(20), job(40))

    ends = run_virtual(main())
    expect(
        same(list(ends), [20.5, 40.5]),
        hint="Two leases of two stores are in each other's way.",
        saw=f"they ended at {ends}",
    )


@case("the lease is lost, and the store answers again")
def lost_and_released(submission):
    seen = hold(submission, Store(*SILENT))
    expect_lost(submission, seen, TTL)
    expect(
        seen.book.count("release") == 1,
        hint="A renewal may have arrived, and only its answer not. Who gives the token "
        "back then?",
        saw=str(seen),
    )


@case("the store cannot be asked for a lease")
def acquire_fails(submission):
    store = Store()
    store.refusal = OSError("unreachable")
    seen = hold(submission, store)
    expect(
        seen.ended is store.refusal and same(seen.book, ["acquire"]),
        hint="`acquire` raised an OSError. That should come out, at once.",
        saw=str(seen),
    )


@case("`acquire` takes five seconds")
def slow_acquire(submission):
    store = Store(*SILENT, release="silent")
    store.acquiring = 5.0
    seen = hold(submission, store)
    expect(
        seen.body >= 0,
        hint="`acquire` was slow, and the block was not entered. Who gave it up?",
        saw=str(seen),
    )
    expect_lost(submission, seen, TTL)


@case("a lease of half a minute")
def half_a_minute(submission):
    store = Store(True, True, *SILENT, release="silent", ttl=30)
    seen = hold(submission, store)
    expect(
        same(store.moments[:3], [10 + TRAVEL, 20 + 2 * TRAVEL, 30 + 3 * TRAVEL])
        or same(store.moments[:3], [10 + TRAVEL, 20 + TRAVEL, 30 + TRAVEL]),
        hint="The lease lasts 30 seconds here. When is a third of that over?",
        saw=f"renewed at {store.moments[:5]} …",
    )
    expect_lost(submission, seen, store.moments[1] + 30)


@case("the release is slow")
def slow_release(submission):
    seen = hold(submission, Store(release=8.0), body=5)
    expect(
        seen.ended is None and seen.took == 5 + TRAVEL + 8,
        hint="The release was under way, and was given up, or was not waited for. How "
        "long may it take?",
        saw=str(seen),
    )
    expect_tidy(seen)


@case("two renewals fail")
def after_an_error(submission):
    store = Store(OSError, True, OSError, True)
    hold(submission, store, body=30)
    gaps = [b - a for a, b in zip(store.moments, store.moments[1:], strict=False)]
    expect(
        all(3 <= gap <= 3.3 for gap in gaps),
        hint="A renewal failed. How long later does the next one come?",
        saw=f"renewed at {store.moments[:6]} …",
    )


@case("the block ends during a renewal, and is cancelled then")
def cancelled_leaving(submission):
    seen = hold(submission, Store("silent"), body=4, cancel=(4.3,))
    expect(
        isinstance(seen.ended, asyncio.CancelledError),
        hint="Two cancellations meet: yours of the renewal, and somebody's of the job. "
        "The job's is lost.",
        saw=str(seen),
    )


@case("the job goes on after the loss")
def goes_on(submission):
    async def job():
        try:
            async with submission.lease(Store(False), TTL):
                await asyncio.sleep(HOUR)
        except submission.LeaseLost:
            return asyncio.current_task().cancelling()
        return None

    count = run_virtual(job())
    expect(
        count == 0,
        hint="LeaseLost is out, and the task still counts as cancelled: a task group "
        "that it opens next is misled. Who takes a cancellation back?",
        saw=f"cancelling() after LeaseLost: {count}",
    )
