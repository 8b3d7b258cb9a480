# hint: Move what blocks, and nothing else
import asyncio


async def monthly_report(archive, shop, month):
    async def all_of_it():
        async with shop.session() as session:
            with archive.open(month) as orders:
                total = sum(order.amount for order in orders)
            total *= await session.rate()
            return total, archive.sign(total)

    return await asyncio.to_thread(asyncio.run, all_of_it())
