# hint: a quick stream waits for no slow one
from contextlib import AsyncExitStack, aclosing, asynccontextmanager


@asynccontextmanager
async def merged(*streams):
    async def items():
        for stream in streams:
            async for item in stream:
                yield item

    async with AsyncExitStack() as stack:
        for stream in streams:
            await stack.enter_async_context(aclosing(stream))
        yield items()
