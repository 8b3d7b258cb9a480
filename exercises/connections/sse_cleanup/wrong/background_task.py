# hint: nobody has unsubscribed. Is
import asyncio

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask


def make_app(feed):
    app = FastAPI()

    async def events(subscription):
        while True:
            text = await subscription.next()
            lines = text.split("\n")
            yield "".join(f"data: {line}\n" for line in lines) + "\n"
            await asyncio.sleep(0)

    @app.get("/events")
    async def get_events():
        subscription = await feed.subscribe()
        return StreamingResponse(
            events(subscription),
            media_type="text/event-stream",
            background=BackgroundTask(feed.unsubscribe, subscription),
        )

    return app
