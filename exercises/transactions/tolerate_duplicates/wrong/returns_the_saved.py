# hint: returns the numbers that it skipped
async def save_all(connection, visitors):
    saved = []
    async with connection.transaction():
        for number, name in visitors:
            status = await connection.execute(
                "insert into visitors values ($1, $2) on conflict do nothing",
                number,
                name,
            )
            if status == "INSERT 0 1":
                saved.append(number)
    return saved
