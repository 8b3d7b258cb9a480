# hint: What does your cleanup not catch?
import asyncpg

SQL = "insert into visitors values ($1, $2)"


async def save_all(connection, visitors):
    skipped = []
    outer = connection.transaction()
    await outer.start()
    try:
        for number, name in visitors:
            try:
                async with connection.transaction():
                    await connection.execute(SQL, number, name)
            except asyncpg.UniqueViolationError:
                skipped.append(number)
    except Exception:
        await outer.rollback()
        raise
    await outer.commit()
    return skipped
