# hint: that is cancelled ends as cancelled
import asyncio
from contextlib import AsyncExitStack, asynccontextmanager


def lifespan_of(**openers):
    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            state = {}
            for name, opener in openers.items():
                state[name] = await stack.enter_async_context(opener())
            try:
                yield state
            except asyncio.CancelledError:
                pass

    return lifespan
