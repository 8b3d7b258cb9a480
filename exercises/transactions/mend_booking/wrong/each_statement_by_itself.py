# hint: no charge, and the seat is free again
import asyncio

import asyncpg

SAVE = "insert into bookings values ($1, $2)"
AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


async def book(pool, show, customer, charge):
    for attempt in range(5):
        try:
            async with pool.acquire() as connection:
                free = await connection.fetchval(
                    "update shows set free = free - 1"
                    " where id = $1 and free > 0 returning free",
                    show,
                )
                if free is None:
                    return False
                await connection.execute(SAVE, show, customer)
            break
        except AGAIN:
            if attempt == 4:
                raise
        await asyncio.sleep(0.01)
    await charge(customer)
    return True
