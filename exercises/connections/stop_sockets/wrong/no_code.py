# hint: why the connection ends
import asyncio
from contextlib import suppress

from aiohttp import WSMsgType, web


def make_app(sockets):
    async def echo(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        sockets[socket] = request
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await socket.send_str(message.data)
        finally:
            del sockets[socket]
        return socket

    async def end(socket, request):
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(0.5):
                await socket.close()
                return
        if request.transport is not None:
            request.transport.abort()

    async def say_goodbye(app):
        await asyncio.gather(*(end(*each) for each in sockets.items()))

    app = web.Application()
    app.router.add_get("/", echo)
    app.on_shutdown.append(say_goodbye)
    return app
