# hint: the other one should not notice
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def supervised(*workers, restarts=3, period=60, pause=1):
    clock = asyncio.get_running_loop().time

    async def keep_alive():
        failures = []
        while True:
            try:
                async with asyncio.TaskGroup() as group:
                    for worker in workers:
                        group.create_task(worker())
                return
            except Exception as error:
                recent = clock() - period
                failures = [f for f in failures if f[0] > recent]
                failures.append((clock(), error))
            if len(failures) > restarts:
                raise ExceptionGroup("given up", [error for _, error in failures])
            await asyncio.sleep(pause)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(keep_alive())
        yield
        task.cancel()
