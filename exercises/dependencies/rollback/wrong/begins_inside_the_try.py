# hint: there is nothing to end
from fastapi import Request


async def unit_of_work(request: Request):
    connection = request.app.state.connection
    try:
        await connection.begin()
        yield connection
    except BaseException:
        await connection.rollback()
        raise
    await connection.commit()
