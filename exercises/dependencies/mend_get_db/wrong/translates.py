# hint: should reach the application as it is
from fastapi import HTTPException, Request


async def get_db(request: Request):
    async with request.app.state.pool.acquire() as connection:
        try:
            yield connection
        except HTTPException:
            raise
        except Exception as error:
            raise RuntimeError("database") from error
