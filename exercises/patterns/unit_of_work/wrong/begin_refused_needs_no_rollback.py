# hint: Does anybody know whether it has reached the server
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
        except asyncio.CancelledError:
            await connection.execute("ROLLBACK")
            raise
        try:
            yield work
            await connection.execute("COMMIT")
        except BaseException:
            await connection.execute("ROLLBACK")
            raise
    finally:
        await pool.release(connection)
    for tell in work.afterwards:
        await tell()
