# hint: When did the clock of the second call start
import asyncio


async def load_page(fetch_user, fetch_orders, seconds):
    async with asyncio.timeout(seconds):
        user = await fetch_user()
    try:
        async with asyncio.timeout(seconds) as limit:
            orders = await fetch_orders(user)
    except TimeoutError:
        if not limit.expired():
            raise
        return user, None
    return user, orders
