# hint: When did the clock of the second call start
import asyncio


async def load_page(fetch_user, fetch_orders, seconds):
    async with asyncio.timeout(seconds):
        user = await fetch_user()
    return user, await fetch_orders(user)
