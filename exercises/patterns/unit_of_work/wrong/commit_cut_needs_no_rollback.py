# hint: What should become of the transaction?
from contextlib import asynccontextmanager
import asyncio


class Work:
    def __init__(self, connection):
        self.connection, self.afterwards = connection, []


@asynccontextmanager
async def unit_of_work(pool):
    connection = await pool.acquire()
    work = Work(connection)

    try:
        try:
            await connection.execute("BEGIN")
            yield work
        except BaseException:
            await connection.execute("ROLLBACK")
            raise
        try:
            await connection.execute("COMMIT")
        except Exception:
            await connection.execute("ROLLBACK")
            raise
    finally:
        await pool.release(connection)
    for tell in work.afterwards:
        await tell()
