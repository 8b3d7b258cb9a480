# hint: Naming CancelledError covers one of them
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def transaction(connection):
    await connection.execute("BEGIN")
    try:
        yield connection
    except (Exception, asyncio.CancelledError):
        await connection.execute("ROLLBACK")
        raise
    else:
        await connection.execute("COMMIT")
