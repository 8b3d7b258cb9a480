# hint: A refusal comes as an exception
from fastapi import Request


async def get_db(request: Request):
    pool = request.app.state.pool
    connection = await pool.acquire()
    yield connection
    await pool.release(connection)
