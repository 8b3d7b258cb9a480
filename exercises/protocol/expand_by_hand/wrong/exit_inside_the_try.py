# hint: What does your `try` guard?
async def use(manager, body):
    enter = type(manager).__aenter__
    leave = type(manager).__aexit__
    value = await enter(manager)
    try:
        result = await body(value)
        await leave(manager, None, None, None)
    except BaseException as exc:
        if not await leave(manager, type(exc), exc, exc.__traceback__):
            raise
        return None
    return result
