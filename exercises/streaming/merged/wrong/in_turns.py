# hint: a quick stream waits for no slow one
from contextlib import AsyncExitStack, aclosing, asynccontextmanager


@asynccontextmanager
async def merged(*streams):
    async def items():
        waiting = list(streams)
        while waiting:
            for stream in list(waiting):
                try:
                    item = await anext(stream)
                except StopAsyncIteration:
                    waiting.remove(stream)
                else:
                    yield item

    async with AsyncExitStack() as stack:
        for stream in streams:
            await stack.enter_async_context(aclosing(stream))
        yield items()
