# hint: Which ways out of your code end none?
async def transfer(pool, source, target, amount):
    changes = sorted([(source, -amount), (target, amount)])
    async with pool.acquire() as connection:
        await connection.execute("begin")
        for name, change in changes:
            status = await connection.execute(
                "update accounts set balance = balance + $2 where name = $1",
                name,
                change,
            )
            if status != "UPDATE 1":
                raise LookupError(name)
        await connection.execute("commit")
