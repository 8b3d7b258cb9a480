# hint: Who cancels a second time?
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

import anyio


@asynccontextmanager
async def merged(*streams):
    send, receive = anyio.create_memory_object_stream(1)

    async def pump(stream, send):
        async with send:
            async for item in stream:
                await send.send(item)

    async with AsyncExitStack() as stack:
        for stream in streams:
            await stack.enter_async_context(aclosing(stream))
        async with anyio.create_task_group() as group, receive:
            async with send:
                for stream in streams:
                    group.start_soon(pump, stream, send.clone())
            yield receive
            group.cancel_scope.cancel()
