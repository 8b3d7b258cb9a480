# hint: A transaction ends once
from contextlib import asynccontextmanager


@asynccontextmanager
async def transaction(connection):
    await connection.execute("BEGIN")
    try:
        yield connection
        await connection.execute("COMMIT")
    finally:
        await connection.execute("ROLLBACK")
