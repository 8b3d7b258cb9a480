# hint: An exit suppressed the exception.
from contextlib import AsyncExitStack


async def run(managers, body):
    failed = None
    async with AsyncExitStack() as stack:
        values = []
        for manager in managers:
            if hasattr(manager, "__aenter__"):
                values.append(await stack.enter_async_context(manager))
            else:
                values.append(stack.enter_context(manager))
        try:
            return await body(values)
        except Exception as error:
            failed = error
            raise
    raise failed
