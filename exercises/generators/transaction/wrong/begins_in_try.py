# hint: What is there to roll back
from contextlib import asynccontextmanager


@asynccontextmanager
async def transaction(connection):
    try:
        await connection.execute("BEGIN")
        yield connection
    except BaseException:
        await connection.execute("ROLLBACK")
        raise
    else:
        await connection.execute("COMMIT")
