# hint: Since when do you listen
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def listening(connection, channel):
    messages = asyncio.Queue()

    def hear(connection, process, channel, message):
        messages.put_nowait(message)

    async def stream():
        await connection.add_listener(channel, hear)
        while True:
            yield await messages.get()

    try:
        yield stream()
    finally:
        await connection.remove_listener(channel, hear)
