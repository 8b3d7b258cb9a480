# hint: told how the block ended, in three values
async def use(manager, body):
    enter = type(manager).__aenter__
    leave = type(manager).__aexit__
    value = await enter(manager)
    try:
        result = await body(value)
    except BaseException as exc:
        if not await leave(manager, exc):
            raise
        return None
    else:
        await leave(manager, None)
    return result
