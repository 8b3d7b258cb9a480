# hint: One thread closes the month while another reads it
import asyncio


async def monthly_report(archive, shop, month):
    def add_up(orders):
        return sum(order.amount for order in orders)

    async with shop.session() as session:
        opening = asyncio.create_task(asyncio.to_thread(archive.open, month))
        try:
            orders = await asyncio.shield(opening)
            total = await asyncio.to_thread(add_up, orders)
        finally:
            await asyncio.wait([opening])
            if not opening.exception():
                orders = opening.result()
                await asyncio.to_thread(orders.__exit__, None, None, None)
        total *= await session.rate()
        return total, await asyncio.to_thread(archive.sign, total)
