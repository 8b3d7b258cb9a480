# hint: One closing fails, and the other is not reached
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request


def make_app(shop):
    @asynccontextmanager
    async def lifespan(app):
        pool = await shop.open("pool")
        cache = None
        try:
            cache = await shop.open("cache")
            yield {"pool": pool}
        finally:
            if cache:
                await shop.close(cache)
            await shop.close(pool)

    app = FastAPI(lifespan=lifespan)

    @app.get("/users")
    async def users(request: Request):
        return await request.state.pool.fetch()

    return app
