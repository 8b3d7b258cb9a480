# hint: nothing of it is stored
from fastapi import Request


async def unit_of_work(request: Request):
    connection = request.app.state.connection
    await connection.begin()
    try:
        yield connection
    finally:
        await connection.commit()
