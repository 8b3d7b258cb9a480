# hint: returned like a result
import asyncio


async def report(fetch_orders, fetch_stock):
    fetches = fetch_orders(), fetch_stock()
    orders, stock = await asyncio.gather(*fetches, return_exceptions=True)
    return orders, stock
