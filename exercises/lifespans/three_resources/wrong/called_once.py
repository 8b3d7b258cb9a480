# hint: called before the startup
from contextlib import AsyncExitStack, asynccontextmanager


def lifespan_of(**openers):
    managers = {name: opener() for name, opener in openers.items()}

    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            state = {}
            for name, manager in managers.items():
                state[name] = await stack.enter_async_context(manager)
            yield state

    return lifespan
