# hint: should stay as it was
async def save_all(connection, visitors):
    skipped = []
    async with connection.transaction():
        for number, name in visitors:
            there = await connection.fetchval(
                "select 1 from visitors where id = $1", number
            )
            if there:
                skipped.append(number)
            await connection.execute(
                "insert into visitors values ($1, $2)"
                " on conflict (id) do update set name = excluded.name",
                number,
                name,
            )
    return skipped
