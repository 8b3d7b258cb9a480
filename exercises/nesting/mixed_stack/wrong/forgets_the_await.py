# hint: Each manager is entered once, in the list's order.
from contextlib import AsyncExitStack


async def run(managers, body):
    async with AsyncExitStack() as stack:
        values = []
        for manager in managers:
            if hasattr(manager, "__aenter__"):
                values.append(stack.enter_async_context(manager))
            else:
                values.append(stack.enter_context(manager))
        return await body(values)
