# hint: How often is each opener called?
from contextlib import AsyncExitStack, asynccontextmanager


def lifespan_of(**openers):
    managers = {}

    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            state = {}
            for name, opener in openers.items():
                managers.setdefault(name, None)
                managers[name] = managers[name] or opener()
                state[name] = await stack.enter_async_context(managers[name])
            yield state

    return lifespan
