# hint: Which handlers run beside a lifespan?
from fastapi import FastAPI


def make_app(shop):
    app = FastAPI(on_startup=[lambda: startup()], on_shutdown=[lambda: shutdown()])

    async def startup():
        app.state.pool = await shop.open("pool")
        app.state.cache = await shop.open("cache")

    async def shutdown():
        await shop.close(app.state.cache)
        await shop.close(app.state.pool)

    @app.get("/users")
    async def users():
        return await app.state.pool.fetch()

    return app
