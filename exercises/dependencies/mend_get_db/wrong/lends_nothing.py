# hint: let the pool's error out
from fastapi import Request


async def get_db(request: Request):
    pool = request.app.state.pool
    try:
        connection = await pool.acquire()
    except TimeoutError:
        from fastapi import HTTPException

        raise HTTPException(404, "not now") from None
    try:
        yield connection
    finally:
        await pool.release(connection)
