# hint: In which thread does the body of an `async def` run?
async def monthly_report(archive, shop, month):
    async def add_up():
        with archive.open(month) as orders:
            return sum(order.amount for order in orders)

    async def sign(total):
        return archive.sign(total)

    async with shop.session() as session:
        total = await add_up()
        total *= await session.rate()
        return total, await sign(total)
