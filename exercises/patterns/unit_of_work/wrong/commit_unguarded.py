# hint: with a transaction open
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
        except BaseException:
            await connection.execute("ROLLBACK")
            raise
        await connection.execute("COMMIT")
    finally:
        await pool.release(connection)
    for tell in work.afterwards:
        await tell()
