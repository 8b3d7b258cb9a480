# hint: What do they share?
import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, suppress


current = {}


class Work:
    def __init__(self, connection):
        self.connection, self.afterwards = connection, []


@asynccontextmanager
async def unit_of_work(pool):
    connection = await pool.acquire()
    current["work"] = Work(connection)
    try:
        try:
            await connection.execute("BEGIN")
            yield current["work"]
            await connection.execute("COMMIT")
        except BaseException:
            await connection.execute("ROLLBACK")
            raise
    finally:
        await pool.release(connection)
    for tell in current["work"].afterwards:
        await tell()
