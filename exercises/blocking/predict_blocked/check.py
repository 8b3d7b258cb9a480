"""Which calls let the loop go on, asked in the midst of each call."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("ANSWERS",)
PATIENCE = 0.7  # seconds for a sign of life; a free loop gives it at once

ask: Callable[[], None]


def slow():
    ask()


async def called():
    slow()


async def called_in_a_coroutine():
    async def wrapped():
        slow()

    await wrapped()


async def called_in_a_task():
    async def wrapped():
        slow()

    await asyncio.create_task(wrapped())


async def in_a_thread():
    await asyncio.to_thread(slow)


async def in_a_thread_with_parentheses():
    await asyncio.to_thread(slow())


async def under_a_timeout():
    async with asyncio.timeout(0.1):  # noqa: ASYNC100 - the mistake to judge
        slow()


async def submitted_to_a_pool():
    with ThreadPoolExecutor() as pool:
        pool.submit(slow)


async def awaited_in_a_pool():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor() as pool:
        await loop.run_in_executor(pool, slow)


async def truth(function: Callable[[], Coroutine[object, object, None]]) -> str:
    """Whether the loop gives a sign of life while `slow` runs."""
    global ask
    loop, home = asyncio.get_running_loop(), threading.get_ident()
    seen: list[str] = []

    def ask() -> None:
        alive = threading.Event()
        if threading.get_ident() != home:
            loop.call_soon_threadsafe(alive.set)
            alive.wait(PATIENCE)
        seen.append("ok" if alive.is_set() else "BLOCKED")

    with suppress(TypeError):  # of the call with parentheses
        await function()
    (answer,) = seen
    return answer


async def compare(submission: Submission, function, hint: str) -> None:
    """The answer is what was seen; if not, the hint."""
    answers, name = submission.ANSWERS, function.__name__
    expect(
        type(answers) is dict,
        hint="`ANSWERS` is a dictionary: the function's name, and your answer.",
        saw=f"ANSWERS is a {type(answers).__name__}",
    )
    given = answers.get(name)
    expect(
        type(given) is str and given in ("ok", "BLOCKED"),
        hint='Each answer is one of the words "ok" and "BLOCKED".',
        saw=f"ANSWERS[{name!r}] is {given!r}",
    )
    expect(
        same(given, await truth(function)),
        hint=hint,
        saw=f"{name}: you say {given!r}",
    )


@case("a plain call")
async def plain(submission):
    hint = "Who runs the other tasks, and what is it doing during the call?"
    await compare(submission, called, hint)


@case("in a coroutine that is awaited")
async def in_a_coroutine(submission):
    hint = "There is an `await` around it. Which line of `wrapped` hands the loop back?"
    await compare(submission, called_in_a_coroutine, hint)


@case("in a task")
async def in_a_task(submission):
    hint = (
        "A task takes turns with others. How many threads does a loop run its tasks in?"
    )
    await compare(submission, called_in_a_task, hint)


@case("in a thread")
async def thread(submission):
    hint = (
        "One thread runs Python at a time. What does `time.sleep` do with the "
        "interpreter's lock?"
    )
    await compare(submission, in_a_thread, hint)


@case("in a thread, with parentheses")
async def parentheses(submission):
    hint = "Look at the parentheses. When is an argument computed, and in which thread?"
    await compare(submission, in_a_thread_with_parentheses, hint)


@case("under a timeout")
async def timeout(submission):
    hint = "A timeout cancels its task. At which line could the timeout raise?"
    await compare(submission, under_a_timeout, hint)


@case("submitted to a pool")
async def submitted(submission):
    hint = (
        "What does the exit of the pool's block wait for, and can a plain exit await?"
    )
    await compare(submission, submitted_to_a_pool, hint)


@case("awaited in a pool")
async def awaited(submission):
    hint = (
        "When the pool's block ends, the call has returned: what is left for the exit?"
    )
    await compare(submission, awaited_in_a_pool, hint)
