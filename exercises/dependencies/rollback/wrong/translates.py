# hint: should come out as it is
from fastapi import HTTPException, Request


async def unit_of_work(request: Request):
    connection = request.app.state.connection
    await connection.begin()
    try:
        yield connection
    except HTTPException:
        await connection.rollback()
        raise
    except Exception as error:
        await connection.rollback()
        raise HTTPException(503, "try again") from error
    except BaseException:
        await connection.rollback()
        raise
    await connection.commit()
