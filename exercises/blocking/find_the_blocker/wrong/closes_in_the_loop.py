# hint: what does the end of a `with` do?
import asyncio


async def monthly_report(archive, shop, month):
    def add_up(orders):
        return sum(order.amount for order in orders)

    async with shop.session() as session:
        with await asyncio.to_thread(archive.open, month) as orders:
            total = await asyncio.to_thread(add_up, orders)
        total *= await session.rate()
        return total, await asyncio.to_thread(archive.sign, total)
