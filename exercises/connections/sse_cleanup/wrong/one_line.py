# hint: what does a line feed
import asyncio

from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse


def make_app(feed):
    app = FastAPI()

    async def subscribed():
        subscription = await feed.subscribe()
        try:
            yield subscription
        finally:
            await feed.unsubscribe(subscription)

    async def events(subscription):
        while True:
            text = await subscription.next()
            yield f"data: {text}\n\n"
            await asyncio.sleep(0)  # the feed may not wait

    @app.get("/events")
    async def get_events(subscription=Depends(subscribed)):
        return StreamingResponse(events(subscription), media_type="text/event-stream")

    return app
