import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def database(connect):
    connection = await asyncio.to_thread(connect)

    async def run(function, *args):
        return await asyncio.to_thread(function, connection, *args)

    try:
        yield run
    finally:
        await asyncio.to_thread(connection.close)
