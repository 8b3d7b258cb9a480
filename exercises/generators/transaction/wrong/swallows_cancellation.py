# hint: The cancellation ended at your manager
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def transaction(connection):
    await connection.execute("BEGIN")
    try:
        yield connection
    except asyncio.CancelledError:
        await connection.execute("ROLLBACK")
    except BaseException:
        await connection.execute("ROLLBACK")
        raise
    else:
        await connection.execute("COMMIT")
