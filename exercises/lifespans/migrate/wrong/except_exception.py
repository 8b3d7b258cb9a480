# hint: What does `except Exception` not catch?
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request


def make_app(shop):
    @asynccontextmanager
    async def lifespan(app):
        pool = await shop.open("pool")
        try:
            cache = await shop.open("cache")
        except Exception:
            await shop.close(pool)
            raise
        try:
            yield {"pool": pool}
        finally:
            try:
                await shop.close(cache)
            finally:
                await shop.close(pool)

    app = FastAPI(lifespan=lifespan)

    @app.get("/users")
    async def users(request: Request):
        return await request.state.pool.fetch()

    return app
