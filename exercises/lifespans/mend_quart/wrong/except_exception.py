# hint: What does `except Exception` not catch?
from contextlib import AsyncExitStack

from quart import Quart


def make_app(open_pool, open_cache):
    app = Quart("shop")

    @app.while_serving
    async def resources():
        stack = AsyncExitStack()
        app.pool = await stack.enter_async_context(open_pool())
        try:
            app.cache = await stack.enter_async_context(open_cache())
        except Exception as error:
            await stack.__aexit__(type(error), error, None)
            raise
        async with stack:
            yield

    @app.get("/users")
    async def users():
        return await app.pool.fetch()

    return app
