# hint: a subscription of its own
import asyncio

from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse


def make_app(feed):
    app = FastAPI()
    shared = []

    async def subscribed():
        if not shared:
            shared.append(await feed.subscribe())
        subscription = shared[0]
        try:
            yield subscription
        finally:
            await feed.unsubscribe(subscription)

    async def events(subscription):
        while True:
            text = await subscription.next()
            lines = text.split("\n")
            yield "".join(f"data: {line}\n" for line in lines) + "\n"
            await asyncio.sleep(0)  # the feed may not wait

    @app.get("/events")
    async def get_events(subscription=Depends(subscribed)):
        return StreamingResponse(events(subscription), media_type="text/event-stream")

    return app
