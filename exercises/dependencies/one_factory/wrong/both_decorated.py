# hint: What did you give to it?
from contextlib import asynccontextmanager

from fastapi import Request


@asynccontextmanager
async def connection(pool):
    async with pool.acquire() as db:
        await db.execute("set timezone = 'UTC'")
        yield db


@asynccontextmanager
async def get_db(request: Request):
    async with connection(request.app.state.pool) as db:
        yield db
