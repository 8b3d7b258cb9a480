# hint: One seat was left, and two have it
import asyncio

import asyncpg

FREE = "select free from shows where id = $1"
SAVE = "insert into bookings values ($1, $2)"
AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


async def book(pool, show, customer, charge):
    for attempt in range(5):
        try:
            async with pool.acquire() as connection, connection.transaction():
                if not await connection.fetchval(FREE, show):
                    return False
                await connection.execute(
                    "update shows set free = free - 1 where id = $1", show
                )
                await connection.execute(SAVE, show, customer)
            break
        except AGAIN:
            if attempt == 4:
                raise
        await asyncio.sleep(0.01)
    await charge(customer)
    return True
