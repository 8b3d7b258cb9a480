# hint: The block receives what you yield
from contextlib import asynccontextmanager


@asynccontextmanager
async def transaction(connection):
    await connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        await connection.execute("ROLLBACK")
        raise
    else:
        await connection.execute("COMMIT")
