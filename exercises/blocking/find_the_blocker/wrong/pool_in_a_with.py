# hint: Which line waits for the thread without `await`?
from concurrent.futures import ThreadPoolExecutor


async def monthly_report(archive, shop, month):
    def add_up():
        with archive.open(month) as orders:
            return sum(order.amount for order in orders)

    async with shop.session() as session:
        with ThreadPoolExecutor() as pool:
            total = pool.submit(add_up).result()
            total *= await session.rate()
            return total, pool.submit(archive.sign, total).result()
