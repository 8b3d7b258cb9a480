# hint: An exit failed, and nobody hears
from contextlib import asynccontextmanager


def lifespan_of(**openers):
    @asynccontextmanager
    async def lifespan(app):
        managers, state, error = [], {}, None
        try:
            for name, opener in openers.items():
                manager = opener()
                state[name] = await manager.__aenter__()
                managers.append(manager)
            yield state
        except BaseException as caught:
            error = caught
            raise
        finally:
            for manager in reversed(managers):
                try:
                    await manager.__aexit__(type(error), error, None)
                except Exception:
                    pass

    return lifespan
