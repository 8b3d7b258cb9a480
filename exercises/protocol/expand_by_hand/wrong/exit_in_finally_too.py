# hint: once for each entry, not more
async def use(manager, body):
    enter = type(manager).__aenter__
    leave = type(manager).__aexit__
    value = await enter(manager)
    try:
        result = await body(value)
    except BaseException as exc:
        if not await leave(manager, type(exc), exc, exc.__traceback__):
            raise
        return None
    finally:
        await leave(manager, None, None, None)
    return result
