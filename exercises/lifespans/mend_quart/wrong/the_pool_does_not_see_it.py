# hint: should see that
from quart import Quart


def make_app(open_pool, open_cache):
    app = Quart("shop")

    @app.while_serving
    async def resources():
        pool, cache = open_pool(), open_cache()
        app.pool = await pool.__aenter__()
        try:
            async with cache as app.cache:
                yield
        finally:
            await pool.__aexit__(None, None, None)

    @app.get("/users")
    async def users():
        return await app.pool.fetch()

    return app
