# hint: Who tells it?
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def listening(connection, channel):
    messages = asyncio.Queue()

    def hear(connection, process, channel, message):
        messages.put_nowait(message)

    async def stream():
        while messages.qsize() or not connection.is_closed():
            yield await messages.get()
        raise ConnectionError("the listening session is lost")

    try:
        await connection.add_listener(channel, hear)
        yield stream()
    finally:
        await connection.remove_listener(channel, hear)
