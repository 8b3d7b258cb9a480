# hint: did not end as cancelled
import asyncio


async def first_success(calls):
    tasks = [asyncio.create_task(call()) for call in calls]
    errors = []
    try:
        for finished in asyncio.as_completed(tasks):
            try:
                return await finished
            except BaseException as error:
                errors.append(error)
                if isinstance(error, asyncio.CancelledError):
                    break
        raise BaseExceptionGroup("every call failed", errors)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
