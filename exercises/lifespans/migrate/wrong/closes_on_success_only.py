# hint: What runs after it?
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI, Request


def make_app(shop):
    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            pool = await shop.open("pool")
            stack.push_async_callback(shop.close, pool)
            cache = await shop.open("cache")
            stack.push_async_callback(shop.close, cache)
            stack.pop_all()
            yield {"pool": pool}
        try:
            await shop.close(cache)
        finally:
            await shop.close(pool)

    app = FastAPI(lifespan=lifespan)

    @app.get("/users")
    async def users(request: Request):
        return await request.state.pool.fetch()

    return app
