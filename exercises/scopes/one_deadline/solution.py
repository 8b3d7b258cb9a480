import asyncio


async def load_page(fetch_user, fetch_orders, seconds):
    deadline = asyncio.get_running_loop().time() + seconds
    async with asyncio.timeout_at(deadline):
        user = await fetch_user()
    try:
        async with asyncio.timeout_at(deadline) as limit:
            orders = await fetch_orders(user)
    except TimeoutError:
        if not limit.expired():
            raise
        return user, None
    return user, orders
