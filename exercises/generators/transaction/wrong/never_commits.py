# hint: its row is not in the table
from contextlib import asynccontextmanager


@asynccontextmanager
async def transaction(connection):
    await connection.execute("BEGIN")
    try:
        yield connection
    finally:
        await connection.execute("ROLLBACK")
