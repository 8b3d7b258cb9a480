# hint: Who takes a cancellation back?
import asyncio
from contextlib import asynccontextmanager, suppress


class LeaseLost(Exception):
    pass


@asynccontextmanager
async def lease(store, ttl):
    loop, me = asyncio.get_running_loop(), asyncio.current_task()
    lost = False

    def lose():
        nonlocal lost
        if not lost:
            lost = True
            me.cancel()

    sent = loop.time()
    token = await store.acquire(ttl)
    timer = loop.call_at(sent + ttl, lose)

    async def renew():
        nonlocal timer
        while not lost:
            await asyncio.sleep(ttl / 3)
            sent = loop.time()
            try:
                answer = await store.renew(token, ttl)
            except OSError:
                continue
            timer.cancel()
            if answer:
                if not lost:
                    timer = loop.call_at(sent + ttl, lose)
            else:
                lose()

    pending = me.cancelling()
    renewing = loop.create_task(renew())
    try:
        try:
            yield token
        finally:
            timer.cancel()
            renewing.cancel()
            await asyncio.wait([renewing])
            timer.cancel()
    except asyncio.CancelledError:
        if lost and me.cancelling() <= pending + 1:
            raise LeaseLost from None
        raise
    finally:
        with suppress(OSError):
            async with asyncio.timeout(ttl):
                await store.release(token)
