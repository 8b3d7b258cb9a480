# hint: of its own application
from quart import Quart


def make_app(open_pool, open_cache):
    app = Quart("shop")

    @app.while_serving
    async def resources():
        global pool
        async with open_pool() as pool, open_cache():
            yield

    @app.get("/users")
    async def users():
        return await pool.fetch()

    return app
