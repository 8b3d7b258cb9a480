# hint: What decides the order in your function?
import sys


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
        for manager in entered:
            if hasattr(manager, "__aexit__"):
                await manager.__aexit__(*sys.exc_info())
            else:
                manager.__exit__(*sys.exc_info())
