# hint: What else is being waited for
import asyncio


async def report(fetch_orders, fetch_stock):
    orders = asyncio.create_task(fetch_orders())
    stock = asyncio.create_task(fetch_stock())
    await asyncio.sleep(3.5)
    return await orders, await stock
