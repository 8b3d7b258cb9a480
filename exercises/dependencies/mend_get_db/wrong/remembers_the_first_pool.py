# hint: Whose connection is this?
from fastapi import Request

pools = []


async def get_db(request: Request):
    pools.append(request.app.state.pool)
    async with pools[0].acquire() as connection:
        yield connection
