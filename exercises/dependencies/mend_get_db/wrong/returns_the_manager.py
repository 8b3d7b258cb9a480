# hint: one that is lent to it
from fastapi import Request


async def get_db(request: Request):
    return request.app.state.pool.acquire()
