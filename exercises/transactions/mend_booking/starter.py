import asyncio
import logging

logger = logging.getLogger("booking")


async def book(pool, show, customer, charge):
    async with pool.acquire() as connection:
        async with connection.transaction(isolation="serializable"):
            for attempt in 1, 2, 3:
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
                    await charge(customer)
                    return True
                except Exception as error:
                    logger.warning(
                        "show %s customer %s, attempt %s: %s",
                        show,
                        customer,
                        attempt,
                        error,
                    )
                    await asyncio.sleep(0.001)
    return False
