"""Two calls under one deadline, in virtual time: slow, failing and cancelled."""

import asyncio

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("load_page",)


class Calls:
    """The two functions to call: what they take, return and raise, and when."""

    def __init__(self, user=1.0, orders=1.0, fails=None, name="ada"):
        self.seconds = {"user": user, "orders": orders}
        self.fails, self.name = fails or {}, name
        self.cleanup, self.hangs_up = 0.0, None
        self.began: dict[str, float] = {}
        self.ended: dict[str, float] = {}
        self.left: set[str] = set()
        self.given: list[object] = []

    async def fetch_user(self):
        return await self._fetch("user", self.name)

    async def fetch_orders(self, user):
        self.given.append(user)
        return await self._fetch("orders", ["lamp"])

    async def _fetch(self, what, result):
        loop = asyncio.get_running_loop()
        self.began[what] = loop.time()
        try:
            await asyncio.sleep(self.seconds[what])
            if what in self.fails:
                raise self.fails[what]
            return result
        except asyncio.CancelledError:
            await asyncio.sleep(self.cleanup)
            if self.hangs_up:
                raise self.hangs_up from None
            raise
        finally:
            self.ended[what] = loop.time()


def observe(submission: Submission, calls: Calls, seconds=10, around=None):
    """``("returned", value)`` or ``("raised", error)``, and the virtual time."""

    async def main():
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(around):
                value = await submission.load_page(
                    calls.fetch_user, calls.fetch_orders, seconds
                )
            outcome = "returned", value
        except Exception as error:
            outcome = "raised", error
        calls.left = calls.began.keys() - calls.ended.keys()
        return *outcome, loop.time()

    return run_virtual(main())


def expect_one_deadline(now: float, calls: Calls) -> None:
    expect(
        now <= 10,
        hint="The page had 10 seconds, and it took longer. When did the clock of the "
        "second call start?",
        saw=f"it ended at {now:g} s",
    )
    expect(
        not calls.left,
        hint="`load_page` has ended, and a call is still under way.",
        saw=f"at {now:g} s, still under way: {', '.join(calls.left)}",
    )


def expect_page(kind, value, page) -> None:
    expect(
        kind == "returned",
        hint="There was time, and no page came out.",
        saw=f"{type(value).__name__}: {value}",
    )
    expect(
        same(value, page),
        hint="A page is the tuple of what the two calls returned.",
        saw=f"load_page returned {value!r}",
    )


@case("both are fast")
def both_fast(submission: Submission) -> None:
    calls = Calls(2, 3)
    kind, value, now = observe(submission, calls)
    expect_page(kind, value, ("ada", ["lamp"]))
    expect(
        same(calls.given, ["ada"]),
        hint="The orders are those of the user that was fetched, fetched once.",
        saw=f"fetch_orders was given {calls.given!r}",
    )
    expect(
        now == 5,
        hint="The answer was there, and the page was not.",
        saw=f"2 s and 3 s, and the page came at {now:g} s",
    )


@case("9 seconds, then half a second")
def just_in_time(submission: Submission) -> None:
    kind, value, _ = observe(submission, Calls(9, 0.5))
    expect_page(kind, value, ("ada", ["lamp"]))


@case("6 seconds, then 6 seconds")
def six_and_six(submission: Submission) -> None:
    calls = Calls(6, 6)
    kind, value, now = observe(submission, calls)
    expect_one_deadline(now, calls)
    expect(
        kind == "returned" and now == 10,
        hint="The user is there and the orders are late: half a page is asked for, at "
        "the deadline.",
        saw=f"{kind} {value!r} at {now:g} s",
    )
    expect(
        same(value, ("ada", None)),
        hint="Half a page is the user and `None`.",
        saw=f"load_page returned {value!r}",
    )


@case("the user takes a minute")
def slow_user(submission: Submission) -> None:
    calls = Calls(60, 1)
    kind, value, now = observe(submission, calls)
    expect(
        kind == "raised",
        hint="The time was up while the user was fetched, and a page came all the "
        "same.",
        saw=f"load_page returned {value!r} at {now:g} s",
    )
    expect(
        type(value) is TimeoutError,
        hint="The time was up before there was a user. A `TimeoutError` says so.",
        saw=f"{type(value).__name__}: {value}",
    )
    expect_one_deadline(now, calls)
    expect(
        now == 10 and "orders" not in calls.began,
        hint="Nothing begins after the deadline, and nothing ends before it.",
        saw=f"ended at {now:g} s",
    )


@case("the user is None, and the orders are late")
def no_such_user(submission: Submission) -> None:
    kind, value, _ = observe(submission, Calls(1, 60, name=None))
    expect(
        kind == "returned" and same(value, (None, None)),
        hint="`None` is a user as good as any: the call was answered. How do you tell "
        "an answer from none?",
        saw=f"{kind} {value!r}",
    )


@case("a call fails while there is time")
def call_fails(submission: Submission) -> None:
    for what in ("user", "orders"):
        error = LookupError(f"no {what}")
        kind, value, _ = observe(submission, Calls(1, 1, {what: error}))
        expect(
            kind == "raised" and value is error,
            hint="The call failed. Nobody asked you to handle that.",
            saw=f"fetch_{what} raised {error!r}; {kind} {value!r}",
        )


@case("a socket of theirs times out while there is time")
def own_timeout(submission: Submission) -> None:
    for what in ("user", "orders"):
        error = TimeoutError("connect")
        kind, value, now = observe(submission, Calls(1, 1, {what: error}))
        expect(
            kind == "raised" and value is error,
            hint="This TimeoutError is not the deadline's: there were seconds left. "
            "Who knows whether the deadline has passed?",
            saw=f"at {now:g} s of 10: {kind} {value!r}",
        )


@case("the caller has less time: a limit of 4 seconds around it")
def shorter_limit_around(submission: Submission) -> None:
    for user, orders in ((60, 1), (1, 60)):
        kind, value, now = observe(submission, Calls(user, orders), around=4)
        expect(
            kind == "raised" and type(value) is TimeoutError and now == 4,
            hint="The caller's time was up, and `load_page` took it for its own, or "
            "did not stop. What arrives inside when a limit further out expires?",
            saw=f"{kind} {value!r} at {now:g} s",
        )


@case("the deadline passes, and the orders hang up with an error")
def hangs_up(submission: Submission) -> None:
    calls, error = Calls(1, 60), OSError("connection lost")
    calls.hangs_up = error
    kind, value, _ = observe(submission, calls)
    expect(
        kind == "raised" and value is error,
        hint="The orders raised an error of their own. That they did so after the "
        "deadline does not make it a late answer.",
        saw=f"fetch_orders raised {error!r}; {kind} {value!r}",
    )


def cancel_at(submission: Submission, when: float, calls: Calls):
    """Whether it ended as cancelled, when, and which calls were not over then."""
    calls.cleanup = 0.5

    async def main():
        loop = asyncio.get_running_loop()
        page = submission.load_page(calls.fetch_user, calls.fetch_orders, 10)
        task = asyncio.create_task(page)
        await asyncio.sleep(when)
        task.cancel()
        await asyncio.wait([task])
        open_calls = calls.began.keys() - calls.ended.keys()
        return task.cancelled(), loop.time(), open_calls

    return run_virtual(main())


@case("cancelled during each call")
def cancelled(submission: Submission) -> None:
    for when in (1, 4):
        was_cancelled, now, open_calls = cancel_at(submission, when, Calls(3, 3))
        expect(
            was_cancelled and now == when + 0.5,
            hint="`load_page` was cancelled, and did not end as cancelled.",
            saw=f"cancelled at {when} s, ended at {now:g} s",
        )
        expect(
            not open_calls,
            hint="`load_page` was cancelled, and a call of its goes on.",
            saw=f"still under way: {', '.join(open_calls)}",
        )


@case("cancelled while the orders clean up after the deadline")
def cancelled_late(submission: Submission) -> None:
    was_cancelled, now, _ = cancel_at(submission, 10.25, Calls(1, 60))
    expect(
        was_cancelled,
        hint="The deadline had passed, and then somebody cancelled `load_page`. That "
        "is another thing.",
        saw=f"cancelled at 10.25 s, ended at {now:g} s with a result",
    )
