# hint: whoever called should hear of it
SQL = "insert into visitors values ($1, $2)"


async def save_all(connection, visitors):
    skipped = []
    async with connection.transaction():
        try:
            for number, name in visitors:
                done = await connection.fetchval(
                    SQL + " on conflict do nothing returning id", number, name
                )
                if done is None:
                    skipped.append(number)
        except KeyError:
            pass
    return skipped
