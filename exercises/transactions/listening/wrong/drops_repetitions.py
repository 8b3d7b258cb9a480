# hint: A message may come a second time
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def listening(connection, channel):
    messages, seen = asyncio.Queue(), set()

    def hear(connection, process, channel, message):
        if message not in seen:
            seen.add(message)
            messages.put_nowait(message)

    def lose(connection):
        messages.put_nowait(None)

    async def stream():
        while (message := await messages.get()) is not None:
            yield message
        raise ConnectionError("lost")

    connection.add_termination_listener(lose)
    try:
        await connection.add_listener(channel, hear)
        yield stream()
    finally:
        connection.remove_termination_listener(lose)
        await connection.remove_listener(channel, hear)
