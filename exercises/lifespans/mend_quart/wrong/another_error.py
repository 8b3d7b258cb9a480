# hint: The startup must fail, and with the reason
from quart import Quart


def make_app(open_pool, open_cache):
    app = Quart("shop")

    @app.while_serving
    async def resources():
        async with open_pool() as app.pool:
            try:
                cache = open_cache()
                app.cache = await cache.__aenter__()
            except OSError as error:
                raise RuntimeError("no cache") from error
            try:
                yield
            finally:
                await cache.__aexit__(None, None, None)

    @app.get("/users")
    async def users():
        return await app.pool.fetch()

    return app
