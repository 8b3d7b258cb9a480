from fastapi import FastAPI
from fastapi.responses import StreamingResponse


def make_app(feed):
    app = FastAPI()

    async def events():
        subscription = await feed.subscribe()
        try:
            while True:
                text = await subscription.next()
                yield f"data: {text}\n\n"
        finally:
            await feed.unsubscribe(subscription)

    @app.get("/events")
    async def get_events():
        return StreamingResponse(events())

    return app
