# hint: the one that the fetch raised
import asyncio


async def report(fetch_orders, fetch_stock):
    tasks = [asyncio.create_task(fetch_orders()), asyncio.create_task(fetch_stock())]
    try:
        return await tasks[0], await tasks[1]
    except Exception:
        raise RuntimeError("no report today") from None
