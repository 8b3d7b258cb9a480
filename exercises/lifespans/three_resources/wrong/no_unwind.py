# hint: managers entered before it are still open
from contextlib import asynccontextmanager


def lifespan_of(**openers):
    @asynccontextmanager
    async def lifespan(app):
        managers, state = [], {}
        for name, opener in openers.items():
            managers.append(opener())
            state[name] = await managers[-1].__aenter__()
        try:
            yield state
        finally:
            for manager in reversed(managers):
                await manager.__aexit__(None, None, None)

    return lifespan
