# hint: as if nothing had happened
import asyncio


async def report(fetch_orders, fetch_stock):
    tasks = [asyncio.create_task(fetch_orders()), asyncio.create_task(fetch_stock())]
    await asyncio.wait(tasks)
    return tuple(None if task.exception() else task.result() for task in tasks)
