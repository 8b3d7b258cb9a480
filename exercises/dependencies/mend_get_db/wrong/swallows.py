# hint: Who took it away?
from fastapi import Request


async def get_db(request: Request):
    async with request.app.state.pool.acquire() as connection:
        try:
            yield connection
        except Exception as error:
            print(error)
