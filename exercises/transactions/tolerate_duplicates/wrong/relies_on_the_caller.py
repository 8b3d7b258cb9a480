# hint: What bounds the call inside a transaction that is not its own?
import asyncpg

SQL = "insert into visitors values ($1, $2)"

from contextlib import nullcontext


async def save_all(connection, visitors):
    skipped = []
    async with (
        nullcontext() if connection.is_in_transaction() else connection.transaction()
    ):
        for number, name in visitors:
            try:
                async with connection.transaction():
                    await connection.execute(SQL, number, name)
            except asyncpg.UniqueViolationError:
                skipped.append(number)
    return skipped
