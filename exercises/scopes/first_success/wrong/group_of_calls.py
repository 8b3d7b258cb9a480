# hint: another would have succeeded
import asyncio


class Won(Exception):
    pass


async def first_success(calls):
    results = []

    async def attempt(call):
        results.append(await call())
        raise Won

    try:
        async with asyncio.TaskGroup() as group:
            for call in calls:
                group.create_task(attempt(call))
    except* Won:
        pass
    return results[0]
