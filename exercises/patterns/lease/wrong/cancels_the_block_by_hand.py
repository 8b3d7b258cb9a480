# hint: LeaseLost should come out
import asyncio
from contextlib import asynccontextmanager, suppress


class LeaseLost(Exception):
    pass


@asynccontextmanager
async def lease(store, ttl):
    clock = asyncio.get_running_loop().time
    owner = asyncio.current_task()

    async def renew(until):
        while True:
            await asyncio.sleep(ttl / 3)
            sent, held = clock(), None
            with suppress(OSError):
                async with asyncio.timeout_at(until):
                    held = await store.renew(token, ttl)
            if held:
                until = sent + ttl
            elif held is False or clock() >= until:
                owner.cancel()
                return

    sent = clock()
    token = await store.acquire(ttl)
    renewing = asyncio.create_task(renew(sent + ttl))
    try:
        yield token
    finally:
        renewing.cancel()
        await asyncio.wait([renewing])
        with suppress(OSError):
            async with asyncio.timeout(ttl):
                await store.release(token)
