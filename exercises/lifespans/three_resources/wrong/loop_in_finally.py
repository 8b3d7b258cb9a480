# hint: the others were not reached
from contextlib import asynccontextmanager


def lifespan_of(**openers):
    @asynccontextmanager
    async def lifespan(app):
        managers, state = [], {}
        try:
            for name, opener in openers.items():
                manager = opener()
                state[name] = await manager.__aenter__()
                managers.append(manager)
            yield state
        except BaseException as error:
            for manager in reversed(managers):
                await manager.__aexit__(type(error), error, None)
            raise
        else:
            for manager in reversed(managers):
                await manager.__aexit__(None, None, None)

    return lifespan
