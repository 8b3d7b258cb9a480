# hint: what each manager binds
from contextlib import AsyncExitStack, asynccontextmanager


def lifespan_of(**openers):
    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            state = {}
            for name in ("pool", "cache", "queue"):
                if name in openers:
                    state[name] = await stack.enter_async_context(openers[name]())
            yield state

    return lifespan
