# hint: BEGIN, the block, COMMIT
from contextlib import asynccontextmanager


class Work:
    def __init__(self, connection):
        self.connection, self.afterwards = connection, []


@asynccontextmanager
async def unit_of_work(pool):
    connection = await pool.acquire()
    work = Work(connection)
    try:
        yield work
    finally:
        await pool.release(connection)
    for tell in work.afterwards:
        await tell()
