# hint: took the CancelledError for a success
from contextlib import asynccontextmanager


@asynccontextmanager
async def transaction(connection):
    await connection.execute("BEGIN")
    last = "COMMIT"
    try:
        yield connection
    except Exception:
        last = "ROLLBACK"
        raise
    finally:
        await connection.execute(last)
