# hint: What does your cleanup not see?
from fastapi import Request


async def get_db(request: Request):
    pool = request.app.state.pool
    connection = await pool.acquire()
    try:
        yield connection
    except Exception:
        await pool.release(connection)
        raise
    await pool.release(connection)
