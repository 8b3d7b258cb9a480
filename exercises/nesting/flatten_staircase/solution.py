async def export(storage):
    async with (
        storage.lock("export"),
        storage.session() as session,
        session.transaction(),
        session.cursor("orders") as cursor,
    ):
        return await cursor.read()
