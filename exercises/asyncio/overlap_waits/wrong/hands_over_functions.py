# hint: The loop drives coroutines, not functions
import asyncio


async def report(fetch_orders, fetch_stock):
    orders = asyncio.create_task(fetch_orders)
    stock = asyncio.create_task(fetch_stock)
    return await orders, await stock
