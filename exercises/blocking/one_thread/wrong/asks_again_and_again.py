# hint: and at what?
import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager


@asynccontextmanager
async def database(connect):
    thread = ThreadPoolExecutor(max_workers=1)
    connections = []

    async def done(future):
        while not future.done():
            await asyncio.sleep(0)
        return future.result()

    async def run(function, *args):
        return await done(thread.submit(lambda: function(connections[0], *args)))

    try:
        await done(thread.submit(lambda: connections.append(connect())))
        yield run
    finally:
        ending = thread.submit(lambda: [c.close() for c in connections])
        thread.shutdown(wait=False)
        await done(ending)
