"""Calls race in virtual time; at the end each of them must be over."""

import asyncio

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("first_success",)


class Stop(BaseException):
    """Not an Exception, as KeyboardInterrupt is not."""


class Race:
    """Calls to race: when each ends, with what, and what its cleanup does."""

    def __init__(self):
        self.began: dict[str, float] = {}
        self.ended: dict[str, float] = {}

    def call(self, name, seconds, error=None, cleanup=0.0, hangs_up=None, result=...):
        async def call():
            loop = asyncio.get_running_loop()
            self.began[name] = loop.time()
            try:
                await asyncio.sleep(seconds)
                if error is not None:
                    raise error
                return name if result is ... else result
            except asyncio.CancelledError:
                await asyncio.sleep(cleanup)
                if hangs_up is not None:
                    raise hangs_up from None
                raise
            finally:
                self.ended[name] = loop.time()

        return call

    def running(self):
        return [name for name in self.began if name not in self.ended]


def observe(submission: Submission, race: Race, *calls, cancel_after=None):
    """How it ended, when, and which calls were not over then."""

    async def main():
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(submission.first_success(list(calls)))
        if cancel_after is not None:
            await asyncio.sleep(cancel_after)
            task.cancel()
        await asyncio.wait([task])
        running = race.running()
        if task.cancelled():
            return "cancelled", None, loop.time(), running
        if task.exception() is not None:
            return "raised", task.exception(), loop.time(), running
        return "returned", task.result(), loop.time(), running

    return run_virtual(main())


def expect_nobody_runs(running, now) -> None:
    expect(
        not running,
        hint="`first_success` has ended, and calls are still under way. `cancel()` "
        "asks; who waits until they have ended?",
        saw=f"at {now:g} s, still under way: {', '.join(running)}",
    )


def expect_winner(kind, value, wanted) -> None:
    expect(
        kind != "raised",
        hint="One call failed, another would have succeeded, and an error came out.",
        saw=f"{value!r}",
    )
    expect(
        kind == "returned" and same(value, wanted),
        hint="The result is that of the first call that succeeded.",
        saw=f"{kind} {value!r}, expected {wanted!r}",
    )


@case("three calls, of 3, 1 and 2 seconds")
def three_calls(submission: Submission) -> None:
    race = Race()
    kind, value, now, running = observe(
        submission, race, race.call("c", 3), race.call("a", 1), race.call("b", 2)
    )
    expect(
        len(race.began) == 3 and max(race.began.values()) == 0,
        hint="All calls should be under way from the start.",
        saw=f"began at: {race.began}",
    )
    expect_winner(kind, value, "a")
    expect(
        now == 1,
        hint="The first answer was there, and something else was waited for.",
        saw=f"answer at 1 s, returned at {now:g} s",
    )
    expect_nobody_runs(running, now)


@case("one call")
def one_call(submission: Submission) -> None:
    race = Race()
    kind, value, _, _ = observe(submission, race, race.call("a", 1))
    expect_winner(kind, value, "a")


@case("the first to end has failed")
def fastest_fails(submission: Submission) -> None:
    race = Race()
    error = ConnectionError("a is down")
    kind, value, now, running = observe(
        submission, race, race.call("a", 1, error), race.call("b", 2), race.call("c", 9)
    )
    expect_winner(kind, value, "b")
    expect_nobody_runs(running, now)


@case("the answer is None")
def none_wins(submission: Submission) -> None:
    race = Race()
    kind, value, now, _ = observe(
        submission, race, race.call("a", 1, result=None), race.call("b", 2)
    )
    expect(
        kind == "returned" and value is None and now == 1,
        hint="`None` is an answer too. How do you tell an answer from none?",
        saw=f"{kind} {value!r} at {now:g} s",
    )


@case("the losers' cleanup takes 2 and 5 seconds")
def slow_cleanup(submission: Submission) -> None:
    race = Race()
    kind, value, now, running = observe(
        submission,
        race,
        race.call("a", 1),
        race.call("b", 60, cleanup=2),
        race.call("c", 60, cleanup=5),
    )
    expect_winner(kind, value, "a")
    expect_nobody_runs(running, now)
    expect(
        now == 6,
        hint="The losers were cancelled at 1 s and could all have been over at 6 s. Do "
        "they clean up at the same time?",
        saw=f"returned at {now:g} s",
    )


@case("a loser's cleanup fails")
def cleanup_fails(submission: Submission) -> None:
    race = Race()
    kind, value, now, running = observe(
        submission,
        race,
        race.call("a", 1),
        race.call("b", 60, hangs_up=OSError("b hung up")),
        race.call("c", 60, cleanup=5),
    )
    expect(
        kind == "returned" and same(value, "a"),
        hint="There was an answer, and a loser's error came out instead of it.",
        saw=f"{kind} {value!r}",
    )
    expect_nobody_runs(running, now)


@case("all fail")
def all_fail(submission: Submission) -> None:
    race = Race()
    errors = [ConnectionError("a"), OSError("b"), ConnectionError("c")]
    kind, value, _, running = observe(
        submission,
        race,
        race.call("c", 3, errors[2]),
        race.call("a", 1, errors[0]),
        race.call("b", 2, errors[1]),
    )
    expect(
        kind == "raised",
        hint="No call succeeded, and `first_success` did not say so.",
        saw=f"{kind} {value!r}",
    )
    inside = value.exceptions if isinstance(value, ExceptionGroup) else ()
    expect(
        len(inside) == 3 and all(any(e is one for e in inside) for one in errors),
        hint="All calls failed, each for a reason of its own. Whoever looks into the "
        "outage wants all three.",
        saw=f"came out: {value!r}",
    )
    expect(not running, hint="All calls should have ended.", saw=f"running: {running}")


@case("cancelled while all are under way, one cleaning up for 5 seconds")
def cancelled(submission: Submission) -> None:
    race = Race()
    kind, _, now, running = observe(
        submission,
        race,
        race.call("a", 60),
        race.call("b", 60, cleanup=5),
        cancel_after=1,
    )
    expect(
        kind == "cancelled",
        hint="`first_success` was cancelled, and did not end as cancelled.",
        saw=f"{kind} at {now:g} s",
    )
    expect(
        not running,
        hint="`first_success` was cancelled, and its calls go on. Who tells them?",
        saw=f"at {now:g} s, still under way: {', '.join(running)}",
    )
    ends = list(race.ended.values())
    expect(
        now == 6 and same(ends, [1.0, 6.0]),
        hint="The calls should hear of the cancellation at once.",
        saw=f"cancelled at 1 s, calls ended at {ends}",
    )


@case("cancelled after a failure")
def cancelled_after_failure(submission: Submission) -> None:
    race = Race()
    error = ConnectionError("a is down")
    kind, _, now, running = observe(
        submission, race, race.call("a", 1, error), race.call("b", 60), cancel_after=2
    )
    expect(
        kind == "cancelled" and not running,
        hint="After a first failure a cancellation is a cancellation still.",
        saw=f"{kind} at {now:g} s, under way: {', '.join(running) or 'none'}",
    )


@case("a call raises what is no Exception")
def no_exception(submission: Submission) -> None:
    race, stop = Race(), Stop("everything")
    kind, value, now, running = observe(
        submission, race, race.call("a", 1, stop), race.call("b", 2)
    )
    inside = value.exceptions if isinstance(value, BaseExceptionGroup) else (value,)
    expect(
        kind == "raised" and any(one is stop for one in inside),
        hint="Somebody stops the program, and it goes on. Which errors are failures of "
        "a call?",
        saw=f"{kind} {value!r} at {now:g} s",
    )
    expect_nobody_runs(running, now)
