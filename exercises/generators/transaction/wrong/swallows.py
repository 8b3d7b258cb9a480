# hint: its caller was not told
from contextlib import asynccontextmanager


@asynccontextmanager
async def transaction(connection):
    await connection.execute("BEGIN")
    try:
        yield connection
    except BaseException as error:
        print("rolled back:", error)
        await connection.execute("ROLLBACK")
    else:
        await connection.execute("COMMIT")
