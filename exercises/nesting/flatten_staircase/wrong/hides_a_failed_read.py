# hint: The read failed, and the caller was not told.
from contextlib import suppress


async def export(storage):
    async with (
        storage.lock("export"),
        storage.session() as session,
        session.transaction(),
        session.cursor("orders") as cursor,
    ):
        with suppress(Exception):
            return await cursor.read()
