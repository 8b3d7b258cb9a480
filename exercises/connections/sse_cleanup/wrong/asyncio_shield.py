# hint: had not ended with the request
import asyncio

import anyio
from fastapi import FastAPI
from fastapi.responses import StreamingResponse


def make_app(feed):
    app = FastAPI()

    async def events():
        subscription = await feed.subscribe()
        try:
            while True:
                text = await subscription.next()
                lines = text.split("\n")
                yield "".join(f"data: {line}\n" for line in lines) + "\n"
                await asyncio.sleep(0)
        finally:
            await asyncio.shield(feed.unsubscribe(subscription))

    @app.get("/events")
    async def get_events():
        return StreamingResponse(events(), media_type="text/event-stream")

    return app
