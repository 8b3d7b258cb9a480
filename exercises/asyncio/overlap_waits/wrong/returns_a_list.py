# hint: returns a tuple
import asyncio


async def report(fetch_orders, fetch_stock):
    return await asyncio.gather(fetch_orders(), fetch_stock())
