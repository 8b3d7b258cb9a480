# hint: whoever cancelled waits for it
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
            await connection.execute("COMMIT")
        except BaseException:
            try:
                await connection.execute("ROLLBACK")
            except BaseException:
                pass
            raise
    finally:
        await pool.release(connection)
    for tell in work.afterwards:
        await tell()
