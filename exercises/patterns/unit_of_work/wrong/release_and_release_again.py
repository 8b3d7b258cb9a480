# hint: or given back, once more
from contextlib import asynccontextmanager


class Work:
    def __init__(self, connection):
        self.connection, self.afterwards = connection, []


@asynccontextmanager
async def unit_of_work(pool):
    connection = await pool.acquire()
    work = Work(connection)
    try:
        await connection.execute("BEGIN")
        yield work
        await connection.execute("COMMIT")
        await pool.release(connection)
    except BaseException:
        try:
            await connection.execute("ROLLBACK")
        finally:
            await pool.release(connection)
        raise
    for tell in work.afterwards:
        await tell()
