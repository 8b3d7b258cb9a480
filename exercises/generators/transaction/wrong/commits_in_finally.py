# hint: How does the code after your `yield` know
from contextlib import asynccontextmanager


@asynccontextmanager
async def transaction(connection):
    await connection.execute("BEGIN")
    try:
        yield connection
    finally:
        await connection.execute("COMMIT")
