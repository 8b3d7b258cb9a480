# hint: For what does yours wait while it
SQL = "update accounts set balance = balance + $2 where name = $1"


async def transfer(pool, source, target, amount):
    changes = sorted([(source, -amount), (target, amount)])
    async with pool.acquire() as connection, connection.transaction():
        for name, change in changes:
            if (
                await pool.fetchval("select 1 from accounts where name = $1", name)
                is None
            ):
                raise LookupError(name)
            await connection.execute(SQL, name, change)
