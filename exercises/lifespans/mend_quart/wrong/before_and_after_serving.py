# hint: which generator sees the failure?
from contextlib import AsyncExitStack

from quart import Quart


def make_app(open_pool, open_cache):
    app = Quart("shop")

    stack = AsyncExitStack()

    @app.before_serving
    async def start():
        app.pool = await stack.enter_async_context(open_pool())
        app.cache = await stack.enter_async_context(open_cache())

    @app.after_serving
    async def stop():
        await stack.aclose()

    @app.get("/users")
    async def users():
        return await app.pool.fetch()

    return app
