# hint: that is what the server must hear
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI, Request


def make_app(shop):
    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            try:
                pool = await shop.open("pool")
                stack.push_async_callback(shop.close, pool)
                cache = await shop.open("cache")
                stack.push_async_callback(shop.close, cache)
            except OSError as error:
                raise RuntimeError("startup failed") from error
            yield {"pool": pool}

    app = FastAPI(lifespan=lifespan)

    @app.get("/users")
    async def users(request: Request):
        return await request.state.pool.fetch()

    return app
