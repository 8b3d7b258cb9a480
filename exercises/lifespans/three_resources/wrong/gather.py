# hint: Two managers were being entered
import asyncio
from contextlib import AsyncExitStack, asynccontextmanager


def lifespan_of(**openers):
    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            managers = [opener() for opener in openers.values()]
            values = await asyncio.gather(
                *[stack.enter_async_context(manager) for manager in managers]
            )
            yield dict(zip(openers, values, strict=True))

    return lifespan
