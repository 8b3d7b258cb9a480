# hint: The remaining ones run all the same, and are told.
import sys
from contextlib import AsyncExitStack


async def run(managers, body):
    async with AsyncExitStack() as stack:
        values = []

        async def leave(manager):
            if hasattr(manager, "__aexit__"):
                await manager.__aexit__(*sys.exc_info())
            else:
                manager.__exit__(*sys.exc_info())

        for manager in managers:
            if hasattr(manager, "__aenter__"):
                values.append(await manager.__aenter__())
            else:
                values.append(manager.__enter__())
            stack.push_async_callback(leave, manager)
        return await body(values)
