# hint: what it opened is not
import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

closing = set()


@asynccontextmanager
async def export_rows(pool, query, *args):
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(pool.acquire())
        await stack.enter_async_context(connection.transaction())
        try:
            yield connection.cursor(query, *args)
        finally:
            closing.add(asyncio.create_task(stack.pop_all().aclose()))
