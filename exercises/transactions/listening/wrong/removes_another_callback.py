# hint: Is what you remove what you added?
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def listening(connection, channel):
    messages = asyncio.Queue()

    def lose(connection):
        messages.put_nowait(None)

    async def stream():
        while (message := await messages.get()) is not None:
            yield message
        raise ConnectionError("the listening session is lost")

    connection.add_termination_listener(lose)
    try:
        await connection.add_listener(
            channel, lambda *event: messages.put_nowait(event[3])
        )
        yield stream()
    finally:
        connection.remove_termination_listener(lose)
        await connection.remove_listener(channel, lambda *event: None)
