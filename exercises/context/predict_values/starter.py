import asyncio
from contextlib import asynccontextmanager
from contextvars import Context, ContextVar

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


ANSWERS = {
    "awaited": "?",
    "as_a_task": "?",
    "coroutine_made_early": "?",
    "task_made_early": "?",
    "awaited_after_the_block": "?",
    "between_items": "?",
    "empty_context": "?",
    "left_in_another_task": "?",
}
