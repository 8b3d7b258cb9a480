# hint: between `begin` and `commit`
from fastapi import Request


async def unit_of_work(request: Request):
    connection = request.app.state.connection
    await connection.begin()
    await connection.commit()
    yield connection
