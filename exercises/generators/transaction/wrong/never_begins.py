# hint: The block has begun and the transaction has not
from contextlib import asynccontextmanager


@asynccontextmanager
async def transaction(connection):
    try:
        yield connection
    except BaseException:
        await connection.execute("ROLLBACK")
        raise
    else:
        await connection.execute("COMMIT")
