# hint: What the body returned should come out
async def use(manager, body):
    enter = type(manager).__aenter__
    leave = type(manager).__aexit__
    value = await enter(manager)
    try:
        await body(value)
    except BaseException as exc:
        if not await leave(manager, type(exc), exc, exc.__traceback__):
            raise
        return None
    else:
        await leave(manager, None, None, None)
