# hint: should see that failure
from contextlib import AsyncExitStack, asynccontextmanager


def lifespan_of(**openers):
    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            state = {}
            for name, opener in openers.items():
                manager = opener()
                state[name] = await manager.__aenter__()
                stack.push_async_callback(manager.__aexit__, None, None, None)
            yield state

    return lifespan
