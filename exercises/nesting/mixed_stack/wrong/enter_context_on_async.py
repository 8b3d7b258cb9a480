# hint: entered on the side on which it is none
from contextlib import AsyncExitStack


async def run(managers, body):
    async with AsyncExitStack() as stack:
        return await body([stack.enter_context(manager) for manager in managers])
