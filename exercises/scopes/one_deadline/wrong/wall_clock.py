# hint: When did the clock of the second call start
import asyncio
import time


async def load_page(fetch_user, fetch_orders, seconds):
    deadline = time.monotonic() + seconds
    user = await asyncio.wait_for(fetch_user(), seconds)
    left = deadline - time.monotonic()
    try:
        return user, await asyncio.wait_for(fetch_orders(user), left)
    except TimeoutError:
        return user, None
