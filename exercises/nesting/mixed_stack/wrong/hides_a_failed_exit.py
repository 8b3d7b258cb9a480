# hint: An exit failed, and the caller was not told.
from contextlib import AsyncExitStack


async def run(managers, body):
    failed = None
    result = None

    async def remember(values):
        nonlocal failed, result
        try:
            result = await body(values)
        except BaseException as error:
            failed = error
            raise

    try:
        async with AsyncExitStack() as stack:
            values = []
            for manager in managers:
                try:
                    if hasattr(manager, "__aenter__"):
                        values.append(await stack.enter_async_context(manager))
                    else:
                        values.append(stack.enter_context(manager))
                except BaseException as error:
                    failed = error
                    raise
            await remember(values)
    except Exception as error:
        if error is failed:
            raise
    return result
