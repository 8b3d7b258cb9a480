# hint: its transaction is still open
from contextlib import asynccontextmanager


@asynccontextmanager
async def transaction(connection):
    await connection.execute("BEGIN")
    yield connection
    await connection.execute("COMMIT")
