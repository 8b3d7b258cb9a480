# hint: What leaves a task group around one exception
import asyncio
from contextlib import asynccontextmanager

import aiohttp


async def meets_coroutine(lend):
    coroutine = lend()
    try:
        async with coroutine:
            pass
    finally:
        coroutine.close()


async def mended_coroutine(lend):
    async with await lend() as bound:
        return bound


@asynccontextmanager
async def discount(discounts, name):
    if name in discounts:
        yield discounts[name]


async def meets_yield(discounts, name):
    async with discount(discounts, name) as found:
        return found


@asynccontextmanager
async def discount_or_none(discounts, name):
    yield discounts.get(name)


async def mended_yield(discounts, name):
    async with discount_or_none(discounts, name) as found:
        return found


async def meets_group(jobs):
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job()) for job in jobs]
    except ValueError:
        return []
    return [task.result() for task in tasks]


async def mended_group(jobs):
    tasks = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks += [group.create_task(job()) for job in jobs]
    except ValueError:
        tasks.clear()
    return [task.result() for task in tasks]


async def meets_context(variable, value, body):
    token = variable.set(value)
    await body()

    async def undo():
        variable.reset(token)

    await asyncio.create_task(undo())


async def mended_context(variable, value, body):
    token = variable.set(value)
    try:
        return await body()
    finally:
        variable.reset(token)


async def read_into(items, stream):
    async for item in stream:
        items.append(item)


async def meets_running(stream, enough):
    reader = asyncio.create_task(read_into([], stream))
    await enough.wait()
    try:
        await stream.aclose()
    finally:
        reader.cancel()


async def mended_running(stream, enough):
    items = []
    reader = asyncio.create_task(read_into(items, stream))
    try:
        await enough.wait()
    finally:
        reader.cancel()
        await asyncio.wait([reader])
        await stream.aclose()
    return items


async def meets_closed(url):
    async with aiohttp.ClientSession() as session:
        pass
    await session.get(url)


async def mended_closed(url):
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.text()


async def meets_unread(url):
    async with aiohttp.request("GET", url) as response:
        pass
    await response.read()


async def mended_unread(url):
    async with aiohttp.request("GET", url) as response:
        return await response.read()
