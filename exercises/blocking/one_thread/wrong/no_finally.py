# hint: The block has ended. Who closes
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

    yield run
    await loop.run_in_executor(thread, connection.close)
    thread.shutdown(wait=False)
