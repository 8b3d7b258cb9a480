# hint: LeaseLost should come out
import asyncio
from contextlib import asynccontextmanager, suppress


class LeaseLost(Exception):
    pass


@asynccontextmanager
async def lease(store, ttl):
    clock = asyncio.get_running_loop().time

    async def renew(until):
        while True:
            await asyncio.sleep(ttl / 3)
            sent, held = clock(), None
            try:
                async with asyncio.timeout_at(until):
                    with suppress(ConnectionError):
                        held = await store.renew(token, ttl)
            except OSError:
                held = None
            if held:
                until = sent + ttl
            elif held is False or clock() >= until:
                raise LeaseLost

    sent = clock()
    token = await store.acquire(ttl)
    try:
        async with asyncio.TaskGroup() as group:
            renewing = group.create_task(renew(sent + ttl))
            yield token
            renewing.cancel()
    finally:
        with suppress(OSError):
            async with asyncio.timeout(ttl):
                await store.release(token)
