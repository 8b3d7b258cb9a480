# hint: Since when do you listen
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def listening(connection, channel):
    messages = asyncio.Queue()

    async def stream():
        await connection.add_listener(
            channel, lambda connection, pid, channel, message: messages.put(message)
        )
        while True:
            yield await messages.get()

    yield stream()
