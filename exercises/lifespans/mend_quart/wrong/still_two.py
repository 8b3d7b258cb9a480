# hint: which generator sees the failure?
from quart import Quart


def make_app(open_pool, open_cache):
    app = Quart("shop")

    @app.while_serving
    async def first():
        try:
            async with open_pool() as app.pool:
                yield
        finally:
            app.pool = None

    @app.while_serving
    async def second():
        try:
            async with open_cache() as app.cache:
                yield
        finally:
            app.cache = None

    @app.get("/users")
    async def users():
        return await app.pool.fetch()

    return app
