# hint: failed, and the month is still open
import asyncio


async def monthly_report(archive, shop, month):
    def add_up():
        orders = archive.open(month)
        total = sum(order.amount for order in orders)
        orders.__exit__(None, None, None)
        return total

    async with shop.session() as session:
        total = await asyncio.to_thread(add_up)
        total *= await session.rate()
        return total, await asyncio.to_thread(archive.sign, total)
