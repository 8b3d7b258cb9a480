async def save(connect, row, session=None, lock=None):
    async with lock, connect() as session:
        return await session.write(row)
