# hint: one after the other
import asyncio
from contextlib import asynccontextmanager


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
            await connection.execute("COMMIT")
        except BaseException:
            await connection.execute("ROLLBACK")
            raise
    finally:
        await pool.release(connection)
    await asyncio.gather(*[tell() for tell in work.afterwards])
