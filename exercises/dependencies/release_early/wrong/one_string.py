# hint: sends each line by itself
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

QUERY = "select name from products order by name"


def app_of(pool):
    app = FastAPI()

    @app.get("/export")
    async def export():
        async with pool.acquire() as db:
            names = await db.fetch(QUERY)
        return PlainTextResponse("".join(name + "\n" for name in names))

    return app
