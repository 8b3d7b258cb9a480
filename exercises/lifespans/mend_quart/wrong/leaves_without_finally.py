# hint: the pool was not reached
from quart import Quart


def make_app(open_pool, open_cache):
    app = Quart("shop")

    @app.while_serving
    async def resources():
        pool, cache = open_pool(), open_cache()
        app.pool = await pool.__aenter__()
        try:
            app.cache = await cache.__aenter__()
        except BaseException as error:
            await pool.__aexit__(type(error), error, None)
            raise
        yield
        await cache.__aexit__(None, None, None)
        await pool.__aexit__(None, None, None)

    @app.get("/users")
    async def users():
        return await app.pool.fetch()

    return app
