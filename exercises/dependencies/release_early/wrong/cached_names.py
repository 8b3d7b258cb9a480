# hint: reads what is there now
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

QUERY = "select name from products order by name"


def app_of(pool):
    app, names = FastAPI(), None

    @app.get("/export")
    async def export():
        nonlocal names
        if names is None:
            async with pool.acquire() as db:
                names = await db.fetch(QUERY)

        async def lines():
            for name in names:
                yield name + "\n"

        return StreamingResponse(lines())

    return app
