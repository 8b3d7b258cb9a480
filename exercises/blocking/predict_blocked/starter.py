import asyncio
import time
from concurrent.futures import ThreadPoolExecutor


def slow():
    time.sleep(0.5)


async def called():
    slow()


async def called_in_a_coroutine():
    async def wrapped():
        slow()

    await wrapped()


async def called_in_a_task():
    async def wrapped():
        slow()

    await asyncio.create_task(wrapped())


async def in_a_thread():
    await asyncio.to_thread(slow)


async def in_a_thread_with_parentheses():
    await asyncio.to_thread(slow())


async def under_a_timeout():
    async with asyncio.timeout(0.1):
        slow()


async def submitted_to_a_pool():
    with ThreadPoolExecutor() as pool:
        pool.submit(slow)


async def awaited_in_a_pool():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor() as pool:
        await loop.run_in_executor(pool, slow)


ANSWERS = {
    "called": "?",
    "called_in_a_coroutine": "?",
    "called_in_a_task": "?",
    "in_a_thread": "?",
    "in_a_thread_with_parentheses": "?",
    "under_a_timeout": "?",
    "submitted_to_a_pool": "?",
    "awaited_in_a_pool": "?",
}
