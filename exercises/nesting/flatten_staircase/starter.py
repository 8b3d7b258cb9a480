async def export(storage):
    async with (
        storage.session() as session,
        session.cursor("orders") as cursor,
        session.transaction(),
        storage.lock("export"),
    ):
        return await cursor.read()
