# hint: The exit was told that all is well.
async def use(manager, body):
    enter = type(manager).__aenter__
    leave = type(manager).__aexit__
    value = await enter(manager)
    try:
        return await body(value)
    finally:
        await leave(manager, None, None, None)
