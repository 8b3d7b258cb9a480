# hint: Where does your dependency end
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

QUERY = "select name from products order by name"


def app_of(pool):
    app = FastAPI()

    @app.get("/export")
    async def export():
        async def lines():
            async with pool.acquire() as db:
                for name in await db.fetch(QUERY):
                    yield name + "\n"

        return StreamingResponse(lines())

    return app
