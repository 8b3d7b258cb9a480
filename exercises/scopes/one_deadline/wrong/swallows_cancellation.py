# hint: What arrives inside when a limit further out expires
import asyncio


async def load_page(fetch_user, fetch_orders, seconds):
    async with asyncio.timeout(seconds):
        user = await fetch_user()
        try:
            orders = await fetch_orders(user)
        except asyncio.CancelledError:
            orders = None
    return user, orders
