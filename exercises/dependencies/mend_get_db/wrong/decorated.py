# hint: What do `Depends` and FastAPI make of your function?
from contextlib import asynccontextmanager

from fastapi import Request


@asynccontextmanager
async def get_db(request: Request):
    async with request.app.state.pool.acquire() as connection:
        yield connection
