# hint: that is what the server must hear
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request


def make_app(shop):
    @asynccontextmanager
    async def lifespan(app):
        pool = await shop.open("pool")
        try:
            try:
                cache = await shop.open("cache")
            except OSError:
                cache = None
            yield {"pool": pool}
        finally:
            try:
                if cache:
                    await shop.close(cache)
            finally:
                await shop.close(pool)

    app = FastAPI(lifespan=lifespan)

    @app.get("/users")
    async def users(request: Request):
        return await request.state.pool.fetch()

    return app
