# hint: one of them has not come to the database
import asyncio

SQL = "update accounts set balance = balance + $2 where name = $1"

lock = asyncio.Lock()


async def transfer(pool, source, target, amount):
    async with lock, pool.acquire() as connection, connection.transaction():
        for name, change in ((source, -amount), (target, amount)):
            if await connection.execute(SQL, name, change) != "UPDATE 1":
                raise LookupError(name)
