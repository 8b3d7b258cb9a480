# hint: its transfer goes on without it
import asyncio

SQL = "update accounts set balance = balance + $2 where name = $1"


async def transfer(pool, source, target, amount):
    await asyncio.shield(_transfer(pool, source, target, amount))


async def _transfer(pool, source, target, amount):
    changes = sorted([(source, -amount), (target, amount)])
    async with pool.acquire() as connection, connection.transaction():
        for name, change in changes:
            if await connection.execute(SQL, name, change) != "UPDATE 1":
                raise LookupError(name)
