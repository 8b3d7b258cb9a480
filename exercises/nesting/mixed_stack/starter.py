from contextlib import AsyncExitStack


async def run(managers, body):
    async with AsyncExitStack() as stack:
        values = [stack.enter_context(manager) for manager in managers]
        return await body(values)
