# hint: makes rows that nobody has asked for
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    queue = asyncio.Queue()
    async with pool.acquire() as connection, connection.transaction():

        async def fill():
            try:
                async for row in connection.cursor(query, *args):
                    queue.put_nowait(row)
                queue.put_nowait(None)
            except Exception as error:
                queue.put_nowait(error)

        async def rows():
            while True:
                row = await queue.get()
                if row is None:
                    return
                if isinstance(row, Exception):
                    raise row
                yield row

        task = asyncio.create_task(fill())
        try:
            yield rows()
        finally:
            task.cancel()
            await asyncio.wait([task])
