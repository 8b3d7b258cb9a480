# hint: nothing of it is stored
from fastapi import HTTPException, Request


async def unit_of_work(request: Request):
    connection = request.app.state.connection
    await connection.begin()
    try:
        yield connection
    except HTTPException:
        await connection.commit()
        raise
    except BaseException:
        await connection.rollback()
        raise
    await connection.commit()
