from contextlib import asynccontextmanager


class Work:
    def __init__(self, connection):
        self.connection, self.afterwards = connection, []


@asynccontextmanager
async def unit_of_work(pool):
    connection = await pool.acquire()
    await connection.execute("BEGIN")
    work = Work(connection)
    try:
        yield work
        await connection.execute("COMMIT")
        for tell in work.afterwards:
            await tell()
    except Exception:
        await connection.execute("ROLLBACK")
        raise
    finally:
        await pool.release(connection)
