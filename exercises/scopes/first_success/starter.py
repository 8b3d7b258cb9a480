import asyncio


async def first_success(calls):
    tasks = [asyncio.create_task(call()) for call in calls]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    return done.pop().result()
