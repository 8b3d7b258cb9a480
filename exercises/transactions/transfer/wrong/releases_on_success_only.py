# hint: something is left that is neither before
async def transfer(pool, source, target, amount):
    changes = sorted([(source, -amount), (target, amount)])
    connection = await pool.acquire()
    async with connection.transaction():
        for name, change in changes:
            status = await connection.execute(
                "update accounts set balance = balance + $2 where name = $1",
                name,
                change,
            )
            if status != "UPDATE 1":
                raise LookupError(name)
    await pool.release(connection)
