# hint: walking over
from contextlib import contextmanager, suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect


def make_app(rooms):
    app = FastAPI()

    @contextmanager
    def joined(name, socket):
        members = rooms.setdefault(name, set())
        members.add(socket)
        try:
            yield
        finally:
            members.remove(socket)
            if not members:
                del rooms[name]

    @app.websocket("/rooms/{name}")
    async def chat(socket: WebSocket, name: str):
        await socket.accept()
        with joined(name, socket):
            async for text in socket.iter_text():
                for member in rooms[name]:
                    with suppress(WebSocketDisconnect, RuntimeError):
                        await member.send_text(text)

    return app
