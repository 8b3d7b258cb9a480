# hint: What decides the order in your function?
from contextlib import AsyncExitStack, ExitStack


async def run(managers, body):
    with ExitStack() as plain:
        async with AsyncExitStack() as stack:
            values = []
            for manager in managers:
                if hasattr(manager, "__aenter__"):
                    values.append(await stack.enter_async_context(manager))
                else:
                    values.append(plain.enter_context(manager))
            return await body(values)
