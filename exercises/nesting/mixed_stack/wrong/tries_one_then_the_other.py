# hint: An entry failed with an error of its own
from contextlib import AsyncExitStack


async def run(managers, body):
    async with AsyncExitStack() as stack:
        values = []
        for manager in managers:
            try:
                values.append(await stack.enter_async_context(manager))
            except (TypeError, AttributeError):
                values.append(stack.enter_context(manager))
        return await body(values)
