# hint: which generator sees the failure?
from quart import Quart


def make_app(open_pool, open_cache):
    app = Quart("shop")

    @app.while_serving
    async def resources():
        pool, cache = open_pool(), open_cache()
        app.pool = await pool.__aenter__()
        app.cache = await cache.__aenter__()
        yield
        await cache.__aexit__(None, None, None)
        await pool.__aexit__(None, None, None)

    @app.get("/users")
    async def users():
        return await app.pool.fetch()

    return app
