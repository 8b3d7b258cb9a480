# hint: What waits for its end
import asyncio


async def report(fetch_orders, fetch_stock):
    orders = asyncio.create_task(fetch_orders())
    stock = asyncio.create_task(fetch_stock())
    return orders.result(), stock.result()
