"""ANSWERS says for eight cleanups what really becomes of them, in virtual time."""

import asyncio

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("ANSWERS",)


async def once(close):  # cancelled once
    try:
        await asyncio.sleep(60)
    finally:
        await close()


async def twice(close):  # cancelled twice
    try:
        await asyncio.sleep(60)
    finally:
        await close()


async def shielded(close):  # cancelled twice
    try:
        await asyncio.sleep(60)
    finally:
        await asyncio.shield(close())


async def shielded_in_main(close):  # cancelled twice; the loop ends with it
    try:
        await asyncio.sleep(60)
    finally:
        await asyncio.shield(close())


async def waits_again(close):  # cancelled three times
    try:
        await asyncio.sleep(60)
    finally:
        closing = asyncio.create_task(close())
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await closing
            raise


async def bounded(close):  # cancelled once
    try:
        await asyncio.sleep(60)
    finally:
        async with asyncio.timeout(1.5):
            await close()


async def too_late(close):  # not cancelled by anybody but the timeout
    async with asyncio.timeout(1):
        try:
            await asyncio.sleep(60)
        finally:
            await close()


async def unstarted(close):  # cancelled once, before its first turn
    try:
        await asyncio.sleep(60)
    finally:
        await close()


HOUR = 3600


async def watched(program, cancels, first, patience) -> dict[str, float]:
    """When the task ended and when close() finished, if it did."""
    now = asyncio.get_running_loop().time
    times: dict[str, float] = {}

    async def close():
        await asyncio.sleep(1)
        await asyncio.sleep(1)
        times["closed"] = now()

    task = asyncio.create_task(program(close))
    for number in range(cancels):
        if number or first:
            await asyncio.sleep(0.5 if number else first)
        task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.exception()
    times["ended"] = now()
    if patience:
        await asyncio.sleep(patience)
    return times


def truth(program, cancels: int, *, first: float = 1, patience: float = HOUR) -> str:
    """What becomes of a program's cleanup: before, after or never."""
    times = run_virtual(watched(program, cancels, first, patience))
    if "closed" not in times:
        return "never"
    return "before" if times["closed"] <= times["ended"] else "after"


def compare(submission: Submission, name: str, seen: str, hints: dict[str, str]):
    """The answer is what was seen; if not, the hint for that answer."""
    answers = submission.ANSWERS
    expect(
        type(answers) is dict,
        hint="`ANSWERS` is a dictionary: the function's name, and your answer.",
        saw=f"ANSWERS is a {type(answers).__name__}",
    )
    given = answers.get(name)
    expect(
        type(given) is str and given in ("before", "after", "never"),
        hint='Each answer is one of the words "before", "after" and "never".',
        saw=f"ANSWERS[{name!r}] is {given!r}",
    )
    expect(
        same(given, seen),
        hint=hints.get(given, "Follow the CancelledError from await to await."),
        saw=f"{name}: you say {given!r}",
    )


@case("cancelled once")
def cancelled_once(submission):
    compare(
        submission,
        "once",
        truth(once, 1),
        {
            "never": "One cancellation is one CancelledError, and the body's sleep "
            "has raised it. What is left for the awaits of `close`?",
            "after": "Who runs `close` here: the task itself, or another one?",
        },
    )


@case("cancelled twice")
def cancelled_twice(submission):
    compare(
        submission,
        "twice",
        truth(twice, 2),
        {
            "before": "The second cancellation comes while `close` waits. Is that "
            "await different from one in the body?",
            "after": "`close` runs inside the task. When the task has ended, who "
            "would run the rest of it?",
        },
    )


@case("cancelled twice, with a shield")
def with_a_shield(submission):
    compare(
        submission,
        "shielded",
        truth(shielded, 2),
        {
            "before": "The shield keeps `close` from being cut. Does it keep the task "
            "waiting for it?",
            "never": "The second cancellation hits the task that waits at the shield. "
            "In which task does `close` run?",
        },
    )


@case("cancelled twice, with a shield, and the loop ends with the task")
def shield_and_the_end(submission):
    compare(
        submission,
        "shielded_in_main",
        truth(shielded_in_main, 2, patience=0),
        {
            "before": "The same code as in `shielded`. Does the end of the loop come "
            "in time to make the task wait?",
            "after": "When main has returned, what does `asyncio.run` do with tasks "
            "that still run?",
        },
    )


@case("cancelled three times, waiting again after the first")
def waiting_again(submission):
    compare(
        submission,
        "waits_again",
        truth(waits_again, 3),
        {
            "before": "It survives the second cancellation. Where does it wait when "
            "the third one comes, and is there a shield?",
            "after": "The third cancellation finds the task at `await closing`. What "
            "does cancelling a task do to the task that it awaits?",
        },
    )


@case("cancelled once, with a deadline for the cleanup")
def with_a_deadline(submission):
    compare(
        submission,
        "bounded",
        truth(bounded, 1),
        {
            "before": "One cancellation leaves the cleanup alone. But how long does "
            "`close` take, and how long may it?",
            "after": "When its time is up, `asyncio.timeout` cancels. Is there "
            "another task in which `close` could go on?",
        },
    )


@case("a timeout expires around the whole")
def expired(submission):
    compare(
        submission,
        "too_late",
        truth(too_late, 0),
        {
            "never": "A timeout that has expired has cancelled once. Is it a state "
            "that the block is in, or an event that is over?",
            "after": "Who runs `close` here: the task itself, or another one?",
        },
    )


@case("cancelled before its first turn")
def before_the_first_turn(submission):
    compare(
        submission,
        "unstarted",
        truth(unstarted, 1, first=0),
        {
            "before": "Where does a task stand that has not had a turn: before the "
            "`try`, or inside it?",
            "after": "Where does a task stand that has not had a turn: before the "
            "`try`, or inside it?",
        },
    )
