# hint: it was not yours to
import asyncpg


async def save_all(connection, visitors):
    skipped = []
    await connection.execute("begin")
    try:
        for number, name in visitors:
            await connection.execute("savepoint one")
            try:
                await connection.execute(
                    "insert into visitors values ($1, $2)", number, name
                )
            except asyncpg.UniqueViolationError:
                await connection.execute("rollback to one")
                skipped.append(number)
    except BaseException:
        await connection.execute("rollback")
        raise
    await connection.execute("commit")
    return skipped
