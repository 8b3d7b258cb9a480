# hint: An entry was refused, and the caller was not told.
from contextlib import AsyncExitStack, suppress


async def export(storage):
    with suppress(Exception):
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(storage.lock("export"))
            session = await stack.enter_async_context(storage.session())
            await stack.enter_async_context(session.transaction())
            cursor = await stack.enter_async_context(session.cursor("orders"))
            return await cursor.read()
