# hint: Who else limits the sessions
import asyncpg


async def open_pool(dsn, workers, spare):
    share = (100 - 3 - spare) // (2 * workers)
    if share < 1:
        raise ValueError("too many workers")
    return await asyncpg.create_pool(dsn, min_size=1, max_size=share)
