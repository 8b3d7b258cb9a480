# hint: nobody hears of it
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request


def make_app(shop):
    @asynccontextmanager
    async def lifespan(app):
        pool = await shop.open("pool")
        try:
            cache = await shop.open("cache")
            try:
                yield {"pool": pool}
            finally:
                try:
                    await shop.close(cache)
                except OSError:
                    pass
        finally:
            try:
                await shop.close(pool)
            except OSError:
                pass

    app = FastAPI(lifespan=lifespan)

    @app.get("/users")
    async def users(request: Request):
        return await request.state.pool.fetch()

    return app
