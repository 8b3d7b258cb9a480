# hint: Where does Python look special methods up?
async def use(manager, body):
    enter = manager.__aenter__
    leave = manager.__aexit__
    value = await enter()
    try:
        result = await body(value)
    except BaseException as exc:
        if not await leave(type(exc), exc, exc.__traceback__):
            raise
        return None
    else:
        await leave(None, None, None)
    return result
