# hint: what is spare, and what the server keeps
import asyncpg

OWN = "select datconnlimit from pg_database where datname = current_database()"


async def open_pool(dsn, workers, spare):
    connection = await asyncpg.connect(dsn)
    try:
        most = int(await connection.fetchval("show max_connections"))
        kept = int(await connection.fetchval("show superuser_reserved_connections"))
        own = await connection.fetchval(OWN)
    finally:
        await connection.close()
    gives = most - kept if own < 0 else min(most - kept, own)
    share = -(-(gives - spare) // (2 * workers))
    if share < 1:
        raise ValueError("too many workers")
    return await asyncpg.create_pool(dsn, min_size=1, max_size=share)
