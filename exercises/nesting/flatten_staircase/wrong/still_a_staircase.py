# hint: it is the staircase still
async def export(storage):
    async with storage.lock("export"):
        async with storage.session() as session:
            async with session.transaction():
                async with session.cursor("orders") as cursor:
                    return await cursor.read()
