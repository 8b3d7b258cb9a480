import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager


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
        def call():
            return function(connections[0], *args)

        return await loop.run_in_executor(thread, call)

    try:
        await loop.run_in_executor(thread, begin)
        yield run
    finally:
        ending = thread.submit(end)
        thread.shutdown(wait=False)
        await asyncio.shield(asyncio.wrap_future(ending))
