# hint: Which ways out of the handler
import asyncio
from contextlib import suppress

from aiohttp import WSMsgType, web


def make_app(sockets):
    async def echo(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        sockets[socket] = request
        while True:
            message = await socket.receive()
            if message.type == WSMsgType.TEXT:
                await socket.send_str(message.data)
            elif message.type == WSMsgType.CLOSE and message.data == 1000:
                del sockets[socket]
                return socket
            elif message.type != WSMsgType.BINARY:
                return socket

    async def end(socket, request):
        with suppress(Exception):
            async with asyncio.timeout(0.5):
                await socket.close(code=1001)
                return
        if request.transport is not None:
            request.transport.abort()

    async def say_goodbye(app):
        await asyncio.gather(*(end(*each) for each in list(sockets.items())))

    app = web.Application()
    app.router.add_get("/", echo)
    app.on_shutdown.append(say_goodbye)
    return app
