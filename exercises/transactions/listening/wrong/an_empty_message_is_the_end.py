# hint: What does your loop take it for?
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def listening(connection, channel):
    messages = asyncio.Queue()

    def hear(connection, process, channel, message):
        messages.put_nowait(message)

    def lose(connection):
        messages.put_nowait("")

    async def stream():
        while message := await messages.get():
            yield message
        raise ConnectionError("lost")

    connection.add_termination_listener(lose)
    try:
        await connection.add_listener(channel, hear)
        yield stream()
    finally:
        connection.remove_termination_listener(lose)
        await connection.remove_listener(channel, hear)
