# hint: How often do you read it?
SQL = "insert into visitors values ($1, $2)"


async def save_all(connection, visitors):
    numbers = [number for number, _ in visitors]
    skipped = []
    async with connection.transaction():
        rows = await connection.fetch(
            "select id from visitors where id = any($1)", numbers
        )
        there = {row["id"] for row in rows}
        for number, name in visitors:
            if number in there:
                skipped.append(number)
            else:
                await connection.execute(SQL, number, name)
                there.add(number)
    return skipped
