# hint: where is a message that nobody has asked for
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def listening(connection, channel):
    messages = asyncio.LifoQueue()

    def hear(connection, process, channel, message):
        messages.put_nowait(message)

    def lose(connection):
        messages.put_nowait(None)

    async def stream():
        while (message := await messages.get()) is not None:
            yield message
        raise ConnectionError("the listening session is lost")

    connection.add_termination_listener(lose)
    try:
        await connection.add_listener(channel, hear)
        yield stream()
    finally:
        connection.remove_termination_listener(lose)
        await connection.remove_listener(channel, hear)
