# hint: nothing is stored.
from fastapi import Request


async def unit_of_work(request: Request):
    connection = request.app.state.connection
    await connection.begin()
    try:
        yield connection
    except BaseException:
        await connection.rollback()
        raise
    try:
        await connection.commit()
    except OSError:
        await connection.rollback()
