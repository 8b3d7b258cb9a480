# hint: The bank was asked when the booking
import asyncio
import random

import asyncpg

ATTEMPTS = 5


async def book(pool, show, customer, charge):
    await charge(customer)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            booked = await take_seat(pool, show, customer)
            break
        except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
            if attempt == ATTEMPTS:
                raise
        await asyncio.sleep(random.uniform(0, 0.005 * attempt))
    return booked


async def take_seat(pool, show, customer):
    async with pool.acquire() as connection:
        async with connection.transaction(isolation="serializable"):
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
            return True
