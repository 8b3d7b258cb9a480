# hint: A connection belongs to the thread that made it
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def database(connect):
    lock = asyncio.Lock()
    connection = await asyncio.to_thread(connect)

    async def run(function, *args):
        async with lock:
            return await asyncio.to_thread(function, connection, *args)

    try:
        yield run
    finally:
        await asyncio.to_thread(connection.close)
