# hint: one answers with the other
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI


pool = None


def make_app(shop):
    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            global pool
            pool = await shop.open("pool")
            stack.push_async_callback(shop.close, pool)
            cache = await shop.open("cache")
            stack.push_async_callback(shop.close, cache)
            yield {"pool": pool}

    app = FastAPI(lifespan=lifespan)

    @app.get("/users")
    async def users():
        return await pool.fetch()

    return app
