# hint: whichever ends first
import asyncio


async def report(fetch_orders, fetch_stock):
    fetches = [fetch_orders(), fetch_stock()]
    return tuple([await done for done in asyncio.as_completed(fetches)])
