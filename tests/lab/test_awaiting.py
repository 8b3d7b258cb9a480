"""The chain of what a suspended coroutine awaits."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from asyncwith import checkpoint
from asyncwith.awaiting import await_chain, name_of_task, place_of


async def numbers():
    await checkpoint()
    yield 1


async def looping():
    async for _ in numbers():
        pass


async def asking():
    await anext(numbers(), None)


@asynccontextmanager
async def managed():
    yield
    await checkpoint()


async def leaving():
    async with managed():
        pass


async def throwing():
    generator = catching()
    await anext(generator)
    await generator.athrow(KeyError)


async def catching():
    try:
        yield
    except KeyError:
        await checkpoint()
    yield


@pytest.mark.parametrize(
    ("function", "inner"),
    [
        (looping, "numbers"),
        (asking, "numbers"),
        (leaving, "managed"),
        (throwing, "catching"),
    ],
)
def test_it_goes_through_async_generators(function, inner):
    coroutine = function()
    coroutine.send(None)
    names = [frame.f_code.co_name for _, frame in await_chain(coroutine) if frame]
    assert names[0] == function.__name__
    assert inner in names
    assert names[-2:] == ["checkpoint", "_suspend"]
    coroutine.close()


def test_the_innermost_line_that_is_no_librarys_is_the_place():
    coroutine = looping()
    coroutine.send(None)
    assert place_of(coroutine) == "await checkpoint()"
    coroutine.close()


def test_an_exit_that_waits_in_a_library_is_named_after_its_block():
    async def leaves():
        async with asyncio.TaskGroup() as group:
            group.create_task(checkpoint())

    async def main():
        task = asyncio.create_task(leaves())
        await asyncio.sleep(0)
        place = place_of(task.get_coro())
        await task
        return place

    assert asyncio.run(main()).startswith("exit: async with asyncio.TaskGroup()")


def test_what_is_no_awaitable_is_its_only_link():
    waiting = object()
    assert list(await_chain(waiting)) == [(waiting, None)]
    assert list(await_chain(None)) == []


def test_a_forged_chain_that_goes_round_has_an_end():
    class coroutine_wrapper:  # the name is the forgery
        __slots__ = ("next",)

    forged = coroutine_wrapper()
    forged.next = forged
    assert len(list(await_chain(forged))) == 1000
    forged.next = None


def test_a_task_without_a_name_is_called_after_its_function():
    async def main():
        bare = asyncio.create_task(looping())
        named = asyncio.create_task(looping(), name="reader")
        names = name_of_task(bare), name_of_task(named)
        await asyncio.wait({bare, named})
        return names

    assert asyncio.run(main()) == ("looping", "reader")
