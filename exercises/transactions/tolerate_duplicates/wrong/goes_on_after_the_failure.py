# hint: To what does the server answer a COMMIT
import asyncpg


async def save_all(connection, visitors):
    skipped = []
    async with connection.transaction():
        for number, name in visitors:
            try:
                await connection.execute(
                    "insert into visitors values ($1, $2)", number, name
                )
            except asyncpg.UniqueViolationError:
                skipped.append(number)
            except asyncpg.InFailedSQLTransactionError:
                pass
    return skipped
