# hint: The exit asked to drop the exception, and it came out.
async def use(manager, body):
    enter = type(manager).__aenter__
    leave = type(manager).__aexit__
    value = await enter(manager)
    try:
        result = await body(value)
    except BaseException as exc:
        await leave(manager, type(exc), exc, exc.__traceback__)
        raise
    else:
        await leave(manager, None, None, None)
    return result
