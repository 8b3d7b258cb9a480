"""The numbers in SUSPENSIONS are those that driving the coroutines gives."""

import asyncio

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("SUSPENSIONS",)

PRICES = {"bolt": 4}

ELSE = (
    "Put your finger on each line in the order in which it runs. Where does control "
    "go back to whatever drives the coroutine?"
)


async def nothing():
    return None


async def give_way():
    await asyncio.sleep(0)


async def give_way_twice():
    await give_way()
    await give_way()


class Door:
    async def __aenter__(self):
        await give_way()
        return self

    async def __aexit__(self, *error):
        await give_way()


async def three_awaits():
    await nothing()
    await give_way()
    await nothing()


async def through_a_helper():
    await give_way_twice()
    await give_way()


async def in_a_loop():
    for _ in range(4):
        await nothing()
        await give_way()


async def in_a_block():
    async with Door():
        await give_way()


async def from_a_cache():
    if "bolt" in PRICES:
        return PRICES["bolt"]
    await give_way()
    return await give_way_twice()


async def with_an_error():
    try:
        await nothing()
        raise ValueError("no such item")
    finally:
        await give_way()


def driven(coroutine) -> int:
    """How often the coroutine suspended on its way to its end."""
    times = 0
    while True:
        try:
            coroutine.send(None)
        except (StopIteration, ValueError):
            return times
        times += 1


def compare(submission: Submission, function, known: dict[int, str]) -> None:
    """One number against the driven one; ``known`` has hints by wrong number."""
    name = function.__name__
    table = submission.SUSPENSIONS
    answer = table.get(name, ...) if type(table) is dict else ...
    expect(
        type(answer) is int,
        hint=f"`SUSPENSIONS` is a dictionary; the value of {name!r} is a whole number.",
        saw=f"SUSPENSIONS[{name!r}] = {'...' if answer is ... else repr(answer)}",
    )
    expect(
        same(answer, driven(function())),
        hint=known.get(answer, ELSE),
        saw=f"SUSPENSIONS[{name!r}] = {answer}",
    )


@case("three awaits, two of them on a coroutine that waits for nothing")
def awaits(submission):
    compare(
        submission,
        three_awaits,
        {
            3: "Three is the number of `await` keywords. What does `nothing` do that "
            "could hand control back?",
            0: "`asyncio.sleep(0)` waits for nothing, but it does one thing before it "
            "returns. Which?",
        },
    )


@case("an await on a helper that awaits in turn")
def helper(submission):
    compare(
        submission,
        through_a_helper,
        {
            2: "Two awaits are in the function itself. When the helper that it awaits "
            "suspends, what becomes of the function?",
            5: "When something deep down suspends, the whole chain of awaits is "
            "suspended at once. That is one suspension, not one for each level.",
        },
    )


@case("an await in a loop")
def loop(submission):
    compare(
        submission,
        in_a_loop,
        {
            1: "The line is there once. How often does it run?",
            8: "Two awaits a round. Do both of them hand control back?",
            2: "The two awaits are there once each. How often do they run, and do "
            "both hand control back?",
        },
    )


@case("an await inside `async with`")
def block(submission):
    compare(
        submission,
        in_a_block,
        {
            1: "You counted what is inside the block. What does `async with` await by "
            "itself?",
            2: "Entering is one await, leaving is another, and the block has its own.",
        },
    )


@case("a function that returns before its awaits")
def cache(submission):
    compare(
        submission,
        from_a_cache,
        {
            2: "Two awaits are written there. Which of them does the function reach?",
            3: "Those awaits would suspend three times. Does the function reach them?",
        },
    )


@case("an exception, and an await in `finally`")
def error(submission):
    compare(
        submission,
        with_an_error,
        {
            0: "The exception ends the function, but not on the spot. What runs on the "
            "way out, and can it suspend?",
            2: "One await before the exception, one after it. Does the first hand "
            "control back?",
        },
    )
