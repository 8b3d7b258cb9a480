# hint: Insert them in the order in which they come.
import asyncpg

SQL = "insert into visitors values ($1, $2)"


async def save_all(connection, visitors):
    skipped = []
    async with connection.transaction():
        for number, name in sorted(visitors, key=lambda pair: pair[0]):
            try:
                async with connection.transaction():
                    await connection.execute(SQL, number, name)
            except asyncpg.UniqueViolationError:
                skipped.append(number)
    return skipped
