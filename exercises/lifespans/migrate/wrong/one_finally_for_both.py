# hint: What is open by then is closed
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request


def make_app(shop):
    @asynccontextmanager
    async def lifespan(app):
        pool = await shop.open("pool")
        cache = await shop.open("cache")
        try:
            yield {"pool": pool}
        finally:
            await shop.close(cache)
            await shop.close(pool)

    app = FastAPI(lifespan=lifespan)

    @app.get("/users")
    async def users(request: Request):
        return await request.state.pool.fetch()

    return app
