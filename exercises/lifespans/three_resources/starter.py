from contextlib import asynccontextmanager


def lifespan_of(**openers):
    @asynccontextmanager
    async def lifespan(app):
        managers = [opener() for opener in openers.values()]
        state = {}
        for name, manager in zip(openers, managers, strict=True):
            state[name] = await manager.__aenter__()
        yield state
        for manager in managers:
            await manager.__aexit__(None, None, None)

    return lifespan
