# hint: who waits until they have ended
import asyncio


async def first_success(calls):
    tasks = [asyncio.create_task(call()) for call in calls]
    errors = []
    try:
        for finished in asyncio.as_completed(tasks):
            try:
                return await finished
            except Exception as error:
                errors.append(error)
        raise ExceptionGroup("every call failed", errors)
    finally:
        for task in tasks:
            task.cancel()
