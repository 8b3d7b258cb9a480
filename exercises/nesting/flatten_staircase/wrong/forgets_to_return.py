# hint: What the cursor read is the result.
async def export(storage):
    async with (
        storage.lock("export"),
        storage.session() as session,
        session.transaction(),
        session.cursor("orders") as cursor,
    ):
        await cursor.read()
