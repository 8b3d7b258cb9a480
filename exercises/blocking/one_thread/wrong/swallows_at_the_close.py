# hint: whoever cancelled it cannot see that
import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def database(connect):
    loop = asyncio.get_running_loop()
    thread = ThreadPoolExecutor(max_workers=1)
    connections = []

    def begin():
        connections.append(connect())

    def end():
        for connection in connections:
            connection.close()

    async def run(function, *args):
        return await loop.run_in_executor(
            thread, lambda: function(connections[0], *args)
        )

    try:
        await loop.run_in_executor(thread, begin)
        yield run
    finally:
        ending = thread.submit(end)
        thread.shutdown(wait=False)
        with suppress(asyncio.CancelledError):
            await asyncio.shield(asyncio.wrap_future(ending))
