# hint: What does the server believe about this
import asyncpg


async def save_all(connection, visitors):
    skipped = []
    async with connection.transaction():
        for number, name in visitors:
            async with connection.transaction():
                try:
                    await connection.execute(
                        "insert into visitors values ($1, $2)", number, name
                    )
                except asyncpg.UniqueViolationError:
                    skipped.append(number)
    return skipped
