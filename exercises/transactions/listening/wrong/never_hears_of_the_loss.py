# hint: the loop waits for its next message
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def listening(connection, channel):
    messages = asyncio.Queue()

    def hear(connection, process, channel, message):
        messages.put_nowait(message)

    async def stream():
        while True:
            yield await messages.get()

    try:
        await connection.add_listener(channel, hear)
        yield stream()
    finally:
        await connection.remove_listener(channel, hear)
