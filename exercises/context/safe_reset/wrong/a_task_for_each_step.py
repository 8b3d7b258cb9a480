# hint: The source runs in a task of its own
import asyncio
from contextvars import ContextVar

label = ContextVar("label", default="reader")


async def step(name, call):
    label.set(name)
    return await call


async def tagged(name, source):
    try:
        while True:
            try:
                item = await asyncio.create_task(step(name, anext(source, tagged)))
            except StopAsyncIteration:
                return
            if item is tagged:
                return
            yield item
    finally:
        await asyncio.create_task(step(name, source.aclose()))
