# hint: The cancellation ended in your code
import asyncio


async def transfer(pool, source, target, amount):
    changes = sorted([(source, -amount), (target, amount)])
    try:
        async with pool.acquire() as connection, connection.transaction():
            for name, change in changes:
                status = await connection.execute(
                    "update accounts set balance = balance + $2 where name = $1",
                    name,
                    change,
                )
                if status != "UPDATE 1":
                    raise LookupError(name)
    except asyncio.CancelledError:
        return
