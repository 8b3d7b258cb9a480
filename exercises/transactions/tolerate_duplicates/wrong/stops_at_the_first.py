# hint: No error came, and visitors are missing
import asyncpg


async def save_all(connection, visitors):
    skipped = []
    try:
        async with connection.transaction():
            for number, name in visitors:
                skipped = [number]
                await connection.execute(
                    "insert into visitors values ($1, $2)", number, name
                )
    except asyncpg.UniqueViolationError:
        return skipped
    return []
