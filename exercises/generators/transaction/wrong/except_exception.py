# hint: Which `except` does not see a CancelledError
from contextlib import asynccontextmanager


@asynccontextmanager
async def transaction(connection):
    await connection.execute("BEGIN")
    try:
        yield connection
    except Exception:
        await connection.execute("ROLLBACK")
        raise
    else:
        await connection.execute("COMMIT")
