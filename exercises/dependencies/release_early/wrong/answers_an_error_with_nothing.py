# hint: there is still time to say so
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

QUERY = "select name from products order by name"


def app_of(pool):
    app = FastAPI()

    @app.get("/export")
    async def export():
        try:
            async with pool.acquire() as db:
                names = await db.fetch(QUERY)
        except OSError:
            names = []

        async def lines():
            for name in names:
                yield name + "\n"

        return StreamingResponse(lines())

    return app
