import asyncio


async def load_page(fetch_user, fetch_orders, seconds):
    user = await asyncio.wait_for(fetch_user(), seconds)
    orders = await asyncio.wait_for(fetch_orders(user), seconds)
    return user, orders
