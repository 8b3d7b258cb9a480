from fastapi import FastAPI, WebSocket, WebSocketDisconnect


def make_app(rooms):
    app = FastAPI()

    @app.websocket("/rooms/{name}")
    async def chat(socket: WebSocket, name: str):
        rooms.setdefault(name, []).append(socket)
        await socket.accept()
        try:
            while True:
                text = await socket.receive_text()
                for member in rooms[name]:
                    await member.send_text(text)
        except WebSocketDisconnect:
            rooms[name].remove(socket)

    return app
