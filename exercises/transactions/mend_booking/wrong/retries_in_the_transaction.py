# hint: An attempt began where the last one had failed
import asyncio

import asyncpg


async def book(pool, show, customer, charge):
    async with pool.acquire() as connection:
        async with connection.transaction(isolation="serializable"):
            for attempt in range(1, 6):
                try:
                    free = await connection.fetchval(
                        "select free from shows where id = $1", show
                    )
                    if not free:
                        return False
                    await connection.execute(
                        "update shows set free = $2 where id = $1", show, free - 1
                    )
                    await connection.execute(
                        "insert into bookings values ($1, $2)", show, customer
                    )
                    break
                except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
                    if attempt == 5:
                        raise
                    await asyncio.sleep(0.001)
    await charge(customer)
    return True
