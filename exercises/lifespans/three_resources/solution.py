from contextlib import AsyncExitStack, asynccontextmanager


def lifespan_of(**openers):
    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            state = {}
            for name, opener in openers.items():
                state[name] = await stack.enter_async_context(opener())
            yield state

    return lifespan
