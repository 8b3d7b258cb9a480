from fastapi import Request


async def connection(pool):
    async with pool.acquire() as db:
        yield db


async def get_db(request: Request):
    return connection(request.app.state.pool)
