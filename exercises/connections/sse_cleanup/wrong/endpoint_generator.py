# hint: Is the way by which
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
import anyio


class EventStream(StreamingResponse):
    media_type = "text/event-stream"


def make_app(feed):
    app = FastAPI()

    @app.get("/events", response_class=EventStream)
    async def get_events():
        subscription = await feed.subscribe()
        try:
            while True:
                text = await subscription.next()
                lines = text.split("\n")
                yield "".join(f"data: {line}\n" for line in lines) + "\n"
        finally:
            with anyio.CancelScope(shield=True):
                await feed.unsubscribe(subscription)

    return app
