# hint: Each exit is told about the body's exception.
async def run(managers, body):
    entered, values = [], []
    try:
        for manager in managers:
            if hasattr(manager, "__aenter__"):
                values.append(await manager.__aenter__())
            else:
                values.append(manager.__enter__())
            entered.append(manager)
        return await body(values)
    finally:
        for manager in reversed(entered):
            if hasattr(manager, "__aexit__"):
                await manager.__aexit__(None, None, None)
            else:
                manager.__exit__(None, None, None)
