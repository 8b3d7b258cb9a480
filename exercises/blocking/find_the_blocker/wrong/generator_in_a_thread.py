# hint: Opening blocks
import asyncio


async def monthly_report(archive, shop, month):
    def amounts():
        with archive.open(month) as orders:
            for order in orders:
                yield order.amount

    async with shop.session() as session:
        total = sum(await asyncio.to_thread(amounts))
        total *= await session.rate()
        return total, await asyncio.to_thread(archive.sign, total)
