from quart import Quart


def make_app(open_pool, open_cache):
    app = Quart("shop")

    @app.while_serving
    async def pool():
        async with open_pool() as app.pool:
            yield

    @app.while_serving
    async def cache():
        async with open_cache() as app.cache:
            yield

    @app.get("/users")
    async def users():
        return await app.pool.fetch()

    return app
