# hint: The body failed, and the exit never heard of it.
async def use(manager, body):
    enter = type(manager).__aenter__
    leave = type(manager).__aexit__
    value = await enter(manager)
    try:
        result = await body(value)
    except BaseException:
        raise
    else:
        await leave(manager, None, None, None)
    return result
