# hint: half a page is asked for
import asyncio


async def load_page(fetch_user, fetch_orders, seconds):
    async with asyncio.timeout(seconds):
        user = await fetch_user()
        try:
            orders = await fetch_orders(user)
        except TimeoutError:
            orders = None
        return user, orders
