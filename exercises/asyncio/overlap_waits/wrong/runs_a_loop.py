# hint: It can drive both fetches
import asyncio


async def report(fetch_orders, fetch_stock):
    async def both():
        return tuple(await asyncio.gather(fetch_orders(), fetch_stock()))

    coroutine = both()
    try:
        return asyncio.run(coroutine)
    finally:
        coroutine.close()
