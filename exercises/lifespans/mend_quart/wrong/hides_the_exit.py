# hint: and nobody hears of it
from quart import Quart


def make_app(open_pool, open_cache):
    app = Quart("shop")

    @app.while_serving
    async def resources():
        async with open_pool() as app.pool:
            cache = open_cache()
            app.cache = await cache.__aenter__()
            yield
            try:
                await cache.__aexit__(None, None, None)
            except Exception:
                pass

    @app.get("/users")
    async def users():
        return await app.pool.fetch()

    return app
