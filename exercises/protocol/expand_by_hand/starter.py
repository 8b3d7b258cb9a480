async def use(manager, body):
    raise NotImplementedError
