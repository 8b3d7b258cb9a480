# hint: There was time, and no page came out
import asyncio


async def load_page(fetch_user, fetch_orders, seconds):
    user = await asyncio.wait_for(fetch_user(), seconds / 2)
    try:
        return user, await asyncio.wait_for(fetch_orders(user), seconds / 2)
    except TimeoutError:
        return user, None
