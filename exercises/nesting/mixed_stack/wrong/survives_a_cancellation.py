# hint: A cancellation was swallowed.
import asyncio
from contextlib import AsyncExitStack, suppress


async def run(managers, body):
    with suppress(asyncio.CancelledError):
        async with AsyncExitStack() as stack:
            values = []
            for manager in managers:
                if hasattr(manager, "__aenter__"):
                    values.append(await stack.enter_async_context(manager))
                else:
                    values.append(stack.enter_context(manager))
            return await body(values)
