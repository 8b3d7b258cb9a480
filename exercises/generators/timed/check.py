"""Durations in virtual seconds, however a call ends and however calls overlap."""

import asyncio

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("timed",)


def decorated(submission: Submission, durations: list, function):
    """``function``, decorated; a decorator that does not fit is explained."""
    wrapped = submission.timed(durations)(function)
    expect(
        callable(wrapped),
        hint="A decorator returns a function.",
        saw=f"it returned a {type(wrapped).__name__}",
    )
    return wrapped


@case("one call of 3 s")
def one_call(submission: Submission):
    durations = []

    async def main():
        async def export():
            await asyncio.sleep(3)
            return "17 rows"

        await asyncio.sleep(60)
        return await decorated(submission, durations, export)()

    result = run_virtual(main())
    expect(
        not same(durations, [0.0]),
        hint="3 s of work were timed as nothing. Calling an `async def` does no "
        "work: who awaits it, and is the block still open then?",
        saw=f"durations = {durations}",
    )
    expect(
        len(durations) == 1,
        hint="One call, one duration.",
        saw=f"durations = {durations}",
    )
    expect(
        type(durations[0]) is float and durations[0] > 0.5,
        hint="The loop's clock went on by 3 s. Which clock did you read?",
        saw="a duration of some microseconds",
    )
    expect(
        same(durations, [3.0]),
        hint="A duration is the time at the end minus the time at the start.",
        saw=f"durations = {durations}",
    )
    expect(
        same(result, "17 rows"),
        hint="The decorated function returns what it returned before.",
        saw=f"{result!r}",
    )


@case("two calls, 1 s and 2 s, long after the decoration")
def two_calls(submission: Submission):
    durations = []

    async def main():
        async def export(seconds):
            await asyncio.sleep(seconds)

        function = decorated(submission, durations, export)
        await asyncio.sleep(60)
        await function(1)
        await asyncio.sleep(60)
        await function(2)

    run_virtual(main())
    expect(
        same(durations, [1.0, 2.0]),
        hint="The time between the calls was counted too. When does the clock start?",
        saw=f"durations = {durations}",
    )


@case("the call raises after 2 s")
def call_raises(submission: Submission):
    durations = []
    error = ValueError("row 7 has no date")

    async def main():
        async def export():
            await asyncio.sleep(2)
            raise error

        try:
            await decorated(submission, durations, export)()
        except ValueError as out:
            return out

    out = run_virtual(main())
    expect(
        same(durations, [2.0]),
        hint="A call that fails takes time too. "
        "What runs when the exception arrives at the `yield`?",
        saw=f"durations = {durations}",
    )
    expect(
        out is error,
        hint="The ValueError did not reach the caller. Who caught it?",
        saw="the call returned" if out is None else f"{out!r}",
    )


@case("the call is cancelled after 4 s")
def call_cancelled(submission: Submission):
    durations = []

    async def main():
        async def export():
            await asyncio.sleep(3600)

        task = asyncio.create_task(decorated(submission, durations, export)())
        await asyncio.sleep(4)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    cancelled = run_virtual(main())
    expect(
        same(durations, [4.0]),
        hint="A cancelled call took 4 s. Which of your lines sees a CancelledError?",
        saw=f"durations = {durations}",
    )
    expect(
        cancelled,
        hint="The cancellation ended at your manager: the task was not cancelled.",
        saw="the call returned",
    )


@case("two calls overlap: 5 s, and 1 s in its middle")
def overlap(submission: Submission):
    durations = []

    async def main():
        async def export(seconds):
            await asyncio.sleep(seconds)

        function = decorated(submission, durations, export)
        long = asyncio.create_task(function(5))
        await asyncio.sleep(2)
        await function(1)
        await long

    run_virtual(main())
    expect(
        same(durations, [1.0, 5.0]),
        hint="Two calls run at once, and one wrote over what the other needs. "
        "Where is the start kept?",
        saw=f"durations = {durations}",
    )


@case("used with `async with`, for 2 s")
def as_a_block(submission: Submission):
    durations = []

    async def main():
        async with submission.timed(durations):
            await asyncio.sleep(2)

    try:
        run_virtual(main())
    except TypeError as error:
        expect(
            "asynchronous context manager" not in str(error),
            hint="`timed(durations)` is a decorator and no context manager. "
            "What can be both?",
            saw=f"TypeError: {str(error).partition(' (')[0]}",
        )
        raise
    expect(
        same(durations, [2.0]),
        hint="One block, one duration.",
        saw=f"durations = {durations}",
    )
