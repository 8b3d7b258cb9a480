# hint: One call each is enough
import asyncio


async def report(fetch_orders, fetch_stock):
    await asyncio.gather(fetch_orders(), fetch_stock())
    return await fetch_orders(), await fetch_stock()
