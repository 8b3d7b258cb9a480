# hint: The exception that leaves is the one that was raised
from contextlib import asynccontextmanager


@asynccontextmanager
async def transaction(connection):
    await connection.execute("BEGIN")
    try:
        yield connection
    except BaseException as error:
        await connection.execute("ROLLBACK")
        raise RuntimeError("transaction rolled back") from error
    else:
        await connection.execute("COMMIT")
