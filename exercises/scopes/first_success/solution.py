import asyncio


class Won(Exception):
    """Ends the group: there is a result."""


async def first_success(calls):
    results, errors = [], []

    async def attempt(call):
        try:
            results.append(await call())
        except Exception as error:
            errors.append(error)
        else:
            raise Won

    try:
        async with asyncio.TaskGroup() as group:
            for call in calls:
                group.create_task(attempt(call))
    except* Won:
        pass
    if results:
        return results[0]
    raise ExceptionGroup("every call failed", errors)
