from fastapi import FastAPI


def make_app(shop):
    app = FastAPI()

    @app.on_event("startup")
    async def startup():
        app.state.pool = await shop.open("pool")
        app.state.cache = await shop.open("cache")

    @app.on_event("shutdown")
    async def shutdown():
        await shop.close(app.state.cache)
        await shop.close(app.state.pool)

    @app.get("/users")
    async def users():
        return await app.state.pool.fetch()

    return app
