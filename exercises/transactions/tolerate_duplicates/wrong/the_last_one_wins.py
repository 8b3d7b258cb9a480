# hint: Which of the two is saved?
SQL = "insert into visitors values ($1, $2)"


async def save_all(connection, visitors):
    skipped, new = [], {}
    async with connection.transaction():
        there = {row["id"] for row in await connection.fetch("select id from visitors")}
        for number, name in visitors:
            if number in there or number in new:
                skipped.append(number)
            if number not in there:
                new[number] = name
        for number, name in new.items():
            await connection.execute(SQL, number, name)
    return skipped
