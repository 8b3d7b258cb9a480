# hint: No call succeeded, and `first_success` did not say so
import asyncio


async def first_success(calls):
    tasks = [asyncio.create_task(call()) for call in calls]
    try:
        for finished in asyncio.as_completed(tasks):
            try:
                return await finished
            except Exception:
                continue
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
