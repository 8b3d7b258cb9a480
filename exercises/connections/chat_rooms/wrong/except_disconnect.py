# hint: Count the ways out
from fastapi import FastAPI, WebSocket, WebSocketDisconnect


def make_app(rooms):
    app = FastAPI()

    @app.websocket("/rooms/{name}")
    async def chat(socket: WebSocket, name: str):
        await socket.accept()
        rooms.setdefault(name, []).append(socket)
        try:
            while True:
                text = await socket.receive_text()
                for member in list(rooms[name]):
                    try:
                        await member.send_text(text)
                    except (WebSocketDisconnect, RuntimeError):
                        pass
        except WebSocketDisconnect as left:
            rooms[name].remove(socket)
            if not rooms[name]:
                del rooms[name]

    return app
