# hint: a call is still under way
import asyncio


async def load_page(fetch_user, fetch_orders, seconds):
    deadline = asyncio.get_running_loop().time() + seconds
    async with asyncio.timeout_at(deadline):
        user = await fetch_user()
    task = asyncio.create_task(fetch_orders(user))
    left = deadline - asyncio.get_running_loop().time()
    done, _ = await asyncio.wait([task], timeout=left)
    return user, task.result() if done else None
