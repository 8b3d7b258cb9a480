# hint: the thread was not: it opened the month
import asyncio


async def monthly_report(archive, shop, month):
    def add_up(orders):
        return sum(order.amount for order in orders)

    async with shop.session() as session:
        orders = await asyncio.to_thread(archive.open, month)
        try:
            total = await asyncio.to_thread(add_up, orders)
        finally:
            await asyncio.to_thread(orders.__exit__, None, None, None)
        total *= await session.rate()
        return total, await asyncio.to_thread(archive.sign, total)
