# hint: An entry was refused. What had been entered
async def export(storage):
    managers = [storage.lock("export"), storage.session()]
    await managers[0].__aenter__()
    session = await managers[1].__aenter__()
    managers += [session.transaction(), session.cursor("orders")]
    await managers[2].__aenter__()
    cursor = await managers[3].__aenter__()
    try:
        return await cursor.read()
    finally:
        for manager in reversed(managers):
            await manager.__aexit__(None, None, None)
