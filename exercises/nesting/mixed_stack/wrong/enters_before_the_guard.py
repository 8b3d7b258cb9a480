# hint: those entered before it exit, last first
from contextlib import AsyncExitStack


async def run(managers, body):
    values = []
    for manager in managers:
        if hasattr(manager, "__aenter__"):
            values.append(await manager.__aenter__())
        else:
            values.append(manager.__enter__())
    async with AsyncExitStack() as stack:
        for manager in managers:
            if hasattr(manager, "__aexit__"):
                stack.push_async_exit(manager)
            else:
                stack.push(manager)
        return await body(values)
