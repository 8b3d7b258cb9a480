# hint: When does an iterator do its work?
import asyncio


async def monthly_report(archive, shop, month):
    async with shop.session() as session:
        with await asyncio.to_thread(archive.open, month) as orders:
            total = sum(order.amount for order in orders)
        total *= await session.rate()
        return total, await asyncio.to_thread(archive.sign, total)
