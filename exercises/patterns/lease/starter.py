import asyncio
from contextlib import asynccontextmanager


class LeaseLost(Exception):
    pass


@asynccontextmanager
async def lease(store, ttl):
    token = await store.acquire(ttl)

    async def renew():
        while True:
            await asyncio.sleep(ttl / 3)
            if not await store.renew(token, ttl):
                raise LeaseLost

    renewing = asyncio.create_task(renew())
    try:
        yield token
    finally:
        renewing.cancel()
        await store.release(token)
