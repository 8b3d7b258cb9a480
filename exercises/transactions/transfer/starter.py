async def transfer(pool, source, target, amount):
    async with pool.acquire() as connection:
        await connection.execute(
            "update accounts set balance = balance - $2 where name = $1",
            source,
            amount,
        )
        await connection.execute(
            "update accounts set balance = balance + $2 where name = $1",
            target,
            amount,
        )
