# hint: It returns the numbers that it skipped, a list.
SQL = "insert into visitors values ($1, $2)"


async def save_all(connection, visitors, skipped=[]):
    async with connection.transaction():
        for number, name in visitors:
            done = await connection.fetchval(
                SQL + " on conflict do nothing returning id", number, name
            )
            if done is None:
                skipped.append(number)
    return skipped
