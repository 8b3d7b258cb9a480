# hint: How long may it take?
import asyncio
from contextlib import asynccontextmanager, suppress


class LeaseLost(Exception):
    pass


@asynccontextmanager
async def lease(store, ttl):
    clock = asyncio.get_running_loop().time

    async def renew():
        while not limit.expired():
            await asyncio.sleep(ttl / 3)
            sent = clock()
            with suppress(OSError):
                held = await store.renew(token, ttl)
                if not limit.expired():
                    limit.reschedule(sent + ttl if held else sent)

    sent = clock()
    token = await store.acquire(ttl)
    try:
        async with asyncio.timeout_at(sent + ttl) as limit:
            renewing = asyncio.create_task(renew())
            try:
                yield token
            finally:
                renewing.cancel()
                await asyncio.wait([renewing])
    except TimeoutError:
        if limit.expired():
            raise LeaseLost from None
        raise
    finally:
        with suppress(OSError):
            async with asyncio.timeout(ttl / 3):
                await store.release(token)
