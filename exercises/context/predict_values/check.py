"""What eight functions see of one variable, compared with what they return."""

import asyncio
from contextlib import asynccontextmanager
from contextvars import Context, ContextVar

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("ANSWERS",)

value = ContextVar("value", default="none")


async def read():
    return value.get()


async def set_inner():
    value.set("inner")


@asynccontextmanager
async def manager():
    token = value.set("inner")
    try:
        yield
    finally:
        value.reset(token)


async def items():
    value.set("inner")
    yield 1
    yield 2


async def awaited():
    value.set("outer")
    await set_inner()
    return value.get()


async def as_a_task():
    value.set("outer")
    await asyncio.create_task(set_inner())
    return value.get()


async def coroutine_made_early():
    value.set("outer")
    reading = read()
    value.set("inner")
    return await reading


async def task_made_early():
    value.set("outer")
    reading = asyncio.create_task(read())
    value.set("inner")
    return await reading


async def awaited_after_the_block():
    value.set("outer")
    async with manager():
        reading = asyncio.create_task(read())
    return await reading


async def between_items():
    value.set("outer")
    seen = []
    async for _ in items():
        seen.append(value.get())
    return seen[0]


async def empty_context():
    value.set("outer")
    return await asyncio.create_task(read(), context=Context())


async def left_in_another_task():
    value.set("outer")
    block = manager()
    await block.__aenter__()
    await asyncio.create_task(block.__aexit__(None, None, None))
    return value.get()


async def truth(function) -> str:
    """What a function returns in a task of its own, or its exception's name."""
    task = asyncio.create_task(function(), context=Context())
    await asyncio.wait([task])
    error = task.exception()
    return task.result() if error is None else type(error).__name__


async def compare(submission: Submission, function, hints: dict[str, str]) -> None:
    """The answer is what was seen; if not, the hint for that answer."""
    answers, name = submission.ANSWERS, function.__name__
    expect(
        type(answers) is dict,
        hint="`ANSWERS` is a dictionary: the function's name, and your answer.",
        saw=f"ANSWERS is a {type(answers).__name__}",
    )
    given = answers.get(name)
    word = type(given) is str and (
        given in ("outer", "inner", "none") or given.endswith("Error")
    )
    expect(
        word,
        hint='Each answer is one of the words "outer", "inner" and "none", or the '
        "name of an exception.",
        saw=f"ANSWERS[{name!r}] is {given!r}",
    )
    expect(
        same(given, await truth(function)),
        hint=hints.get(given, hints["else"]),
        saw=f"{name}: you say {given!r}",
    )


@case("a coroutine is awaited")
async def plain_await(submission):
    hint = "Which line makes a task here? Without one, whose context is it?"
    await compare(submission, awaited, {"else": hint})


@case("a task is awaited")
async def task_awaited(submission):
    hint = "The task sets the variable; in whose context does it do so?"
    await compare(submission, as_a_task, {"else": hint})


@case("a coroutine is made before the second set")
async def early_coroutine(submission):
    hint = (
        "Making a coroutine is not running it. Say what a coroutine has done "
        "before it is awaited."
    )
    await compare(submission, coroutine_made_early, {"else": hint})


@case("a task is made before the second set")
async def early_task(submission):
    hint = "The task runs after the second `set`. But when is it that the copy is made?"
    await compare(submission, task_made_early, {"else": hint})


@case("a task made in the block is awaited after it")
async def after_the_block(submission):
    hint = "The block's exit resets the variable. Can a reset reach a copy?"
    await compare(submission, awaited_after_the_block, {"else": hint})


@case("a generator sets it before its yield")
async def generator(submission):
    hint = "Who runs a generator's lines, and in whose context?"
    await compare(submission, between_items, {"else": hint})


@case("a task with a context given to it")
async def given_context(submission):
    hint = (
        "`Context()` makes a context that is no copy: what is in it? And what does "
        "`get` return then?"
    )
    await compare(submission, empty_context, {"else": hint})


@case("a block is left in another task")
async def another_task(submission):
    await compare(
        submission,
        left_in_another_task,
        {
            "RuntimeError": "It is the token that complains, not a cancel scope. "
            "What does `reset` raise in the wrong context?",
            "else": "Where was the token made, and where is it reset?",
        },
    )
