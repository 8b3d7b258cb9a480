from contextlib import AsyncExitStack

from quart import Quart


def make_app(open_pool, open_cache):
    app = Quart("shop")

    @app.while_serving
    async def resources():
        async with AsyncExitStack() as stack:
            app.pool = await stack.enter_async_context(open_pool())
            app.cache = await stack.enter_async_context(open_cache())
            yield

    @app.get("/users")
    async def users():
        return await app.pool.fetch()

    return app
