# hint: What does `except Exception` not catch?
from contextlib import AsyncExitStack, asynccontextmanager


def lifespan_of(**openers):
    @asynccontextmanager
    async def lifespan(app):
        stack = AsyncExitStack()
        state = {}
        try:
            for name, opener in openers.items():
                state[name] = await stack.enter_async_context(opener())
        except Exception as error:
            await stack.__aexit__(type(error), error, error.__traceback__)
            raise
        async with stack:
            yield state

    return lifespan
