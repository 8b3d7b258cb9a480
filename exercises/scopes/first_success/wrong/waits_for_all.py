# hint: something else was waited for
import asyncio


async def first_success(calls):
    results, errors = [], []

    async def attempt(call):
        try:
            results.append(await call())
        except Exception as error:
            errors.append(error)

    async with asyncio.TaskGroup() as group:
        for call in calls:
            group.create_task(attempt(call))
    if results:
        return results[0]
    raise ExceptionGroup("every call failed", errors)
