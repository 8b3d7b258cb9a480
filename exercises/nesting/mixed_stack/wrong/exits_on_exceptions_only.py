# hint: something that was entered did not exit
import sys
from contextlib import AsyncExitStack


async def run(managers, body):
    stack = AsyncExitStack()
    try:
        values = []
        for manager in managers:
            if hasattr(manager, "__aenter__"):
                values.append(await stack.enter_async_context(manager))
            else:
                values.append(stack.enter_context(manager))
        result = await body(values)
    except Exception:
        if await stack.__aexit__(*sys.exc_info()):
            return None
        raise
    await stack.aclose()
    return result
