# hint: Something deprecated is still called
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI


def make_app(shop):
    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            pool = await shop.open("pool")
            stack.push_async_callback(shop.close, pool)
            yield {"pool": pool}

    app = FastAPI(lifespan=lifespan)

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
