# hint: the exception is lost
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

    tasks = [asyncio.create_task(keep_alive(worker)) for worker in workers]
    owner = asyncio.current_task()
    given_up = []

    def ended(task):
        if not task.cancelled() and task.exception() is not None:
            given_up.append(task.exception())
            owner.cancel()

    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield
    except asyncio.CancelledError:
        if not given_up:
            raise
        owner.uncancel()
        raise ExceptionGroup("workers", given_up) from None
    finally:
        stopping = True
        for task in tasks:
            task.remove_done_callback(ended)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
