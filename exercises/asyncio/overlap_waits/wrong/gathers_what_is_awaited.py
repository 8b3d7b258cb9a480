# hint: no coroutines any more, but results
import asyncio


async def report(fetch_orders, fetch_stock):
    return await asyncio.gather(await fetch_orders(), await fetch_stock())
