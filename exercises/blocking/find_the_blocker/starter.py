async def monthly_report(archive, shop, month):
    async with shop.session() as session:
        with archive.open(month) as orders:
            total = sum(order.amount for order in orders)
        total *= await session.rate()
        return total, archive.sign(total)
