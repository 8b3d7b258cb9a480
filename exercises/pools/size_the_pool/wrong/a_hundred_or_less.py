# hint: Where does each figure of your sum come from?
import asyncpg

OWN = "select datconnlimit from pg_database where datname = current_database()"


async def open_pool(dsn, workers, spare):
    connection = await asyncpg.connect(dsn)
    try:
        own = await connection.fetchval(OWN)
    finally:
        await connection.close()
    gives = 97 if own < 0 else min(97, own)
    share = (gives - spare) // (2 * workers)
    if share < 1:
        raise ValueError("too many workers")
    return await asyncpg.create_pool(dsn, min_size=1, max_size=share)
