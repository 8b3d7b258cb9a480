# hint: The request has ended, and nobody released.
from fastapi import Request


async def get_db(request: Request):
    return await request.app.state.pool.acquire()
