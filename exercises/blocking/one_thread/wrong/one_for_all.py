# hint: What do they share?
import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

state = {}


@asynccontextmanager
async def database(connect):
    loop = asyncio.get_running_loop()
    state["thread"] = thread = ThreadPoolExecutor(max_workers=1)
    state["connection"] = None

    def begin():
        state["connection"] = connect()

    def end():
        if state["connection"] is not None:
            state["connection"].close()

    async def run(function, *args):
        def call():
            return function(state["connection"], *args)

        return await loop.run_in_executor(state["thread"], call)

    try:
        await loop.run_in_executor(thread, begin)
        yield run
    finally:
        ending = thread.submit(end)
        thread.shutdown(wait=False)
        await asyncio.shield(asyncio.wrap_future(ending))
