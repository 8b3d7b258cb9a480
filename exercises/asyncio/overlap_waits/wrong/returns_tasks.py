# hint: to get its result
import asyncio


async def report(fetch_orders, fetch_stock):
    orders = asyncio.create_task(fetch_orders())
    stock = asyncio.create_task(fetch_stock())
    await asyncio.wait([orders, stock])
    return orders, stock
