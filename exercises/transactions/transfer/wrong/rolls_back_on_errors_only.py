# hint: Which ways out of your code end none?
SQL = "update accounts set balance = balance + $2 where name = $1"


async def transfer(pool, source, target, amount):
    changes = sorted([(source, -amount), (target, amount)])
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            for name, change in changes:
                if await connection.execute(SQL, name, change) != "UPDATE 1":
                    raise LookupError(name)
        except Exception:
            await transaction.rollback()
            raise
        else:
            await transaction.commit()
