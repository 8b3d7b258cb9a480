from aiohttp import WSMsgType, web


def make_app(sockets):
    async def echo(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        sockets[socket] = request
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                await socket.send_str(message.data)
        del sockets[socket]
        return socket

    async def say_goodbye(app):
        for socket in sockets:
            await socket.close(code=1001)

    app = web.Application()
    app.router.add_get("/", echo)
    app.on_cleanup.append(say_goodbye)
    return app
