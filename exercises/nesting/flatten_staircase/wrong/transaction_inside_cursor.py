# hint: Which step is outermost?
async def export(storage):
    async with (
        storage.lock("export"),
        storage.session() as session,
        session.cursor("orders") as cursor,
        session.transaction(),
    ):
        return await cursor.read()
