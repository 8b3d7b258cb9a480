# hint: One half of the transfer was saved
async def transfer(pool, source, target, amount):
    changes = sorted([(source, -amount), (target, amount)])
    async with pool.acquire() as connection, connection.transaction():
        for name, change in changes:
            await connection.execute(
                "update accounts set balance = balance + $2 where name = $1",
                name,
                change,
            )
