# hint: a loser's error came out instead
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
        for task in tasks:
            try:
                await task
            except asyncio.CancelledError:
                pass
            except ConnectionError:
                pass
