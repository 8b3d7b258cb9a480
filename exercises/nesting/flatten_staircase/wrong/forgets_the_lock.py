# hint: The cursor was read while something
async def export(storage):
    async with (
        storage.session() as session,
        session.transaction(),
        session.cursor("orders") as cursor,
    ):
        return await cursor.read()
