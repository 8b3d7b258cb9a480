# hint: was given up at once
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def supervised(*workers, restarts=3, period=60, pause=1):
    clock = asyncio.get_running_loop().time
    stopping = False

    async def keep_alive(worker):
        nonlocal stopping
        failures = []
        while True:
            try:
                return await worker()
            except ExceptionGroup:
                stopping = True
                raise
            except Exception as error:
                if stopping:
                    raise  # its cleanup failed
                recent = clock() - period
                failures = [f for f in failures if f[0] > recent]
                failures.append((clock(), error))
            if len(failures) > restarts:
                stopping = True
                errors = [error for _, error in failures]
                raise ExceptionGroup("a worker is given up", errors)
            await asyncio.sleep(pause)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(keep_alive(worker)) for worker in workers]
        try:
            yield
        finally:
            stopping = True
        for task in tasks:
            task.cancel()
