# hint: it ran in the loop's thread. In which thread
import asyncio


async def monthly_report(archive, shop, month):
    total = 0
    async with shop.session() as session:
        with archive.open(month) as orders:
            for order in orders:
                await asyncio.sleep(0)
                total += order.amount
        total *= await session.rate()
        await asyncio.sleep(0)
        return total, archive.sign(total)
