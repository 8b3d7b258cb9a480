# hint: nothing to work in
from fastapi import Request


async def unit_of_work(request: Request):
    connection = request.app.state.connection
    try:
        await connection.begin()
    except OSError:
        pass
    try:
        yield connection
    except BaseException:
        await connection.rollback()
        raise
    await connection.commit()
