# hint: The booking was saved before the bank was asked, and stays.
import asyncio

import asyncpg

FREE = "select free from shows where id = $1"
TAKE = "update shows set free = $2 where id = $1"
SAVE = "insert into bookings values ($1, $2)"
AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


async def take_seat(pool, show, customer):
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="serializable"),
    ):
        free = await connection.fetchval(FREE, show)
        if not free:
            return False
        await connection.execute(TAKE, show, free - 1)
        await connection.execute(SAVE, show, customer)
        return True


async def book(pool, show, customer, charge):
    for attempt in range(5):
        try:
            booked = await take_seat(pool, show, customer)
            break
        except AGAIN:
            if attempt == 4:
                raise
        await asyncio.sleep(0.01)
    if booked:
        try:
            await charge(customer)
        except Exception:
            await pool.execute(
                "delete from bookings where show = $1 and customer = $2",
                show,
                customer,
            )
            await pool.execute("update shows set free = free + 1 where id = $1", show)
            raise
    return booked
