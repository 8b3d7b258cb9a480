# hint: entered on the side on which it is none
from contextlib import AsyncExitStack


async def run(managers, body):
    async with AsyncExitStack() as stack:
        values = []
        for manager in managers:
            values.append(await stack.enter_async_context(manager))
        return await body(values)
