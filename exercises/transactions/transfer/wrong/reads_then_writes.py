# hint: Who calculates the new balance
async def transfer(pool, source, target, amount):
    changes = sorted([(source, -amount), (target, amount)])
    async with pool.acquire() as connection, connection.transaction():
        for name, change in changes:
            balance = await connection.fetchval(
                "select balance from accounts where name = $1", name
            )
            if balance is None:
                raise LookupError(name)
            await connection.execute(
                "update accounts set balance = $2 where name = $1",
                name,
                balance + change,
            )
