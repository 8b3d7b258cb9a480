# hint: The body gets a list of what `as` would bind
from contextlib import AsyncExitStack


async def run(managers, body):
    async with AsyncExitStack() as stack:
        for manager in managers:
            if hasattr(manager, "__aenter__"):
                await stack.enter_async_context(manager)
            else:
                stack.enter_context(manager)
        return await body(managers)
