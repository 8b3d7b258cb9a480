# hint: How do you tell an answer from none
import asyncio


async def load_page(fetch_user, fetch_orders, seconds):
    user = orders = None
    try:
        async with asyncio.timeout(seconds) as limit:
            user = await fetch_user()
            orders = await fetch_orders(user)
    except TimeoutError:
        if user is None or not limit.expired():
            raise
    return user, orders
