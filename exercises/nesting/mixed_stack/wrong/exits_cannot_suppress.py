# hint: After an inner exit has suppressed
from contextlib import AsyncExitStack


async def run(managers, body):
    async with AsyncExitStack() as stack:
        values = []

        def exit_later(manager):
            async def leave(*details):
                if hasattr(manager, "__aexit__"):
                    await manager.__aexit__(*details)
                else:
                    manager.__exit__(*details)

            stack.push_async_exit(leave)

        for manager in managers:
            if hasattr(manager, "__aenter__"):
                values.append(await manager.__aenter__())
            else:
                values.append(manager.__enter__())
            exit_later(manager)
        return await body(values)
