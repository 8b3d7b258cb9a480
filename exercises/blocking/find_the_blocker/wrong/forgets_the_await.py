# hint: The total of 20 and 30
import asyncio


async def monthly_report(archive, shop, month):
    def add_up():
        with archive.open(month) as orders:
            return sum(order.amount for order in orders)

    async with shop.session() as session:
        total = await asyncio.to_thread(add_up)
        total *= await session.rate()
        return total, asyncio.to_thread(archive.sign, total)
