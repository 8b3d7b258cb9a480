# hint: The connection's thread outlives the block
import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager


@asynccontextmanager
async def database(connect):
    loop = asyncio.get_running_loop()
    thread = ThreadPoolExecutor(max_workers=1)

    connection = await loop.run_in_executor(thread, connect)

    async def run(function, *args):
        return await loop.run_in_executor(thread, function, connection, *args)

    try:
        yield run
    finally:
        await loop.run_in_executor(thread, connection.close)
