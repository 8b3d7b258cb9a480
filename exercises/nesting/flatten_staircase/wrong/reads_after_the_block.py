# hint: The cursor was read while something
async def export(storage):
    async with (
        storage.lock("export"),
        storage.session() as session,
        session.transaction(),
        session.cursor("orders") as cursor,
    ):
        pass
    return await cursor.read()
