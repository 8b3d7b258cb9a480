# hint: The result is that of the first call that succeeded
import asyncio


async def first_success(calls):
    results = await asyncio.gather(*[call() for call in calls], return_exceptions=True)
    for result in results:
        if not isinstance(result, BaseException):
            return result
    raise ExceptionGroup("every call failed", results)
