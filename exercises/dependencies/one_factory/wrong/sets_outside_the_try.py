# hint: its connection is still lent
from contextlib import asynccontextmanager

from fastapi import Request


@asynccontextmanager
async def connection(pool):
    db = await pool.acquire()
    await db.execute("set timezone = 'UTC'")
    try:
        yield db
    finally:
        await pool.release(db)


async def get_db(request: Request):
    async with connection(request.app.state.pool) as db:
        yield db
