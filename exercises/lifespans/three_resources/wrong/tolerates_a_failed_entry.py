# hint: that is what the server must hear
from contextlib import AsyncExitStack, asynccontextmanager


def lifespan_of(**openers):
    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            state = {}
            for name, opener in openers.items():
                try:
                    state[name] = await stack.enter_async_context(opener())
                except OSError:
                    state[name] = None
            yield state

    return lifespan
