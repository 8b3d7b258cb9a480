# hint: a call is still under way
import asyncio


async def load_page(fetch_user, fetch_orders, seconds):
    deadline = asyncio.get_running_loop().time() + seconds
    async with asyncio.timeout_at(deadline):
        user = await fetch_user()
    task = asyncio.create_task(fetch_orders(user))
    try:
        async with asyncio.timeout_at(deadline) as limit:
            return user, await asyncio.shield(task)
    except TimeoutError:
        if not limit.expired():
            raise
        return user, None
