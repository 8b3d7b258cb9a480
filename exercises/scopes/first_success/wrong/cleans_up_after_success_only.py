# hint: Who tells them
import asyncio


async def first_success(calls):
    pending = {asyncio.create_task(call()) for call in calls}
    errors = []
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if task.exception() is None:
                for loser in pending:
                    loser.cancel()
                if pending:
                    await asyncio.wait(pending)
                return task.result()
            errors.append(task.exception())
    raise ExceptionGroup("every call failed", errors)
