# hint: Which step is outermost?
async def export(storage):
    async with (
        storage.session() as session,
        storage.lock("export"),
        session.transaction(),
        session.cursor("orders") as cursor,
    ):
        return await cursor.read()
