# hint: What is open by then is closed
import asyncio
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request


def make_app(shop):
    @asynccontextmanager
    async def lifespan(app):
        async def opening():
            pool = await shop.open("pool")
            cache = await shop.open("cache")
            return pool, cache

        task = asyncio.create_task(opening())
        yield {"pool": task, "cache": task}
        pool, cache = await task
        await shop.close(cache)
        await shop.close(pool)

    app = FastAPI(lifespan=lifespan)

    @app.get("/users")
    async def users(request: Request):
        return await (await request.state.pool)[0].fetch()

    return app
