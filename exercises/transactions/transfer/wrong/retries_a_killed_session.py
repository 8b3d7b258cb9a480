# hint: it goes on with another one
import asyncpg

SQL = "update accounts set balance = balance + $2 where name = $1"


async def transfer(pool, source, target, amount):
    changes = sorted([(source, -amount), (target, amount)])
    for attempt in range(3):
        try:
            async with pool.acquire() as connection, connection.transaction():
                for name, change in changes:
                    if await connection.execute(SQL, name, change) != "UPDATE 1":
                        raise LookupError(name)
            return
        except (asyncpg.InterfaceError, asyncpg.PostgresConnectionError):
            if attempt == 2:
                raise
