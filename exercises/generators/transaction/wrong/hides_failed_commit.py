# hint: What happens to an exception of the COMMIT
from contextlib import asynccontextmanager


@asynccontextmanager
async def transaction(connection):
    await connection.execute("BEGIN")
    try:
        yield connection
    except BaseException:
        await connection.execute("ROLLBACK")
        raise
    try:
        await connection.execute("COMMIT")
    except Exception:
        await connection.execute("ROLLBACK")
