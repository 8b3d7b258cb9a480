# hint: the last one in is the first one out
async def export(storage):
    lock = storage.lock("export")
    await lock.__aenter__()
    holder = storage.session()
    session = await holder.__aenter__()
    transaction = session.transaction()
    await transaction.__aenter__()
    reader = session.cursor("orders")
    cursor = await reader.__aenter__()
    try:
        return await cursor.read()
    finally:
        for manager in (lock, holder, transaction, reader):
            await manager.__aexit__(None, None, None)
