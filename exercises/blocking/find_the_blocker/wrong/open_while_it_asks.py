# hint: Cancelled while it asked the shop, and the month is still open
import asyncio


async def monthly_report(archive, shop, month):
    opened = []

    def add_up():
        orders = archive.open(month).__enter__()
        try:
            total = sum(order.amount for order in orders)
        except BaseException:
            orders.__exit__(None, None, None)
            raise
        if stopped:
            orders.__exit__(None, None, None)
        else:
            opened.append(orders)
        return total

    def close():
        for orders in opened:
            orders.__exit__(None, None, None)

    stopped = []
    async with shop.session() as session:
        try:
            total = await asyncio.to_thread(add_up)
        except asyncio.CancelledError:
            stopped.append(True)
            raise
        try:
            total *= await session.rate()
        except Exception:
            await asyncio.to_thread(close)
            raise
        await asyncio.to_thread(close)
        return total, await asyncio.to_thread(archive.sign, total)
