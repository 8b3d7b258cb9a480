# hint: in reverse order
from contextlib import AsyncExitStack, asynccontextmanager


def lifespan_of(**openers):
    @asynccontextmanager
    async def lifespan(app):
        stack = AsyncExitStack()
        state, managers = {}, []
        for name, opener in openers.items():
            managers.append(opener())
            state[name] = await managers[-1].__aenter__()
        for manager in reversed(managers):
            stack.push_async_exit(manager)
        async with stack:
            yield state

    return lifespan
