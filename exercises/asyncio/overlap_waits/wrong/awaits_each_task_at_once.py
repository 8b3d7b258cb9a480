# hint: Where is the first `await`
import asyncio


async def report(fetch_orders, fetch_stock):
    orders = await asyncio.create_task(fetch_orders())
    stock = await asyncio.create_task(fetch_stock())
    return orders, stock
