# hint: only makes the application
from quart import Quart


def make_app(open_pool, open_cache):
    app = Quart("shop")

    pool, cache = open_pool(), open_cache()

    @app.while_serving
    async def resources():
        async with pool as app.pool, cache as app.cache:
            yield

    @app.get("/users")
    async def users():
        return await app.pool.fetch()

    return app
