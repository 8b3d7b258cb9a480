# hint: Whoever looks into the outage wants all three
import asyncio


async def first_success(calls):
    tasks = [asyncio.create_task(call()) for call in calls]
    try:
        for finished in asyncio.as_completed(tasks):
            try:
                return await finished
            except Exception as error:
                last = error
        raise last
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
