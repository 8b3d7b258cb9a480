# hint: Who has to leave it?
from contextlib import nullcontext


async def save(connect, row, session=None, lock=None):
    guard = nullcontext() if lock is None else lock
    session = await connect().__aenter__() if session is None else session
    async with guard:
        try:
            return await session.write(row)
        finally:
            await session.__aexit__(None, None, None)
