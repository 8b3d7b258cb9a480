# hint: Cancelled in the startup
import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI, Request


def make_app(shop):
    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            pool = await shop.open("pool")
            stack.push_async_callback(shop.close, pool)
            cache = await shop.open("cache")
            await asyncio.sleep(0)
            stack.push_async_callback(shop.close, cache)
            yield {"pool": pool}

    app = FastAPI(lifespan=lifespan)

    @app.get("/users")
    async def users(request: Request):
        return await request.state.pool.fetch()

    return app
