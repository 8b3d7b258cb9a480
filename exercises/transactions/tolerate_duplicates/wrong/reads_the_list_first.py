# hint: is new once
async def save_all(connection, visitors):
    async with connection.transaction():
        rows = await connection.fetch("select id from visitors")
        there = {row["id"] for row in rows}
        visitors = list(visitors)
        for number, name in dict(visitors).items():
            if number not in there:
                await connection.execute(
                    "insert into visitors values ($1, $2)", number, name
                )
    return [number for number, name in visitors if number in there]
