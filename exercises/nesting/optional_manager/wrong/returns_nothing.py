# hint: What `session.write` returns is what `save` returns.
from contextlib import nullcontext


async def save(connect, row, session=None, lock=None):
    guard = nullcontext() if lock is None else lock
    owner = connect() if session is None else nullcontext(session)
    async with guard, owner as session:
        await session.write(row)
