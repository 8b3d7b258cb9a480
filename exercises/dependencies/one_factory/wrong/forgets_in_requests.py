# hint: wherever it is used
from contextlib import asynccontextmanager

from fastapi import Request


@asynccontextmanager
async def connection(pool):
    async with pool.acquire() as db:
        await db.execute("set timezone = 'UTC'")
        yield db


async def get_db(request: Request):
    async with request.app.state.pool.acquire() as db:
        yield db
