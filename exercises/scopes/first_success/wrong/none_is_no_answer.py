# hint: How do you tell an answer from none
import asyncio


async def first_success(calls):
    tasks = [asyncio.create_task(call()) for call in calls]
    errors = []
    try:
        for finished in asyncio.as_completed(tasks):
            try:
                result = await finished
            except Exception as error:
                errors.append(error)
            else:
                if result is not None:
                    return result
        raise ExceptionGroup("every call failed", errors)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
