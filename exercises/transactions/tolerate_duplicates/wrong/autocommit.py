# hint: What holds all the inserts together?
import asyncpg


async def save_all(connection, visitors):
    skipped = []
    for number, name in visitors:
        try:
            await connection.execute(
                "insert into visitors values ($1, $2)", number, name
            )
        except asyncpg.UniqueViolationError:
            skipped.append(number)
    return skipped
