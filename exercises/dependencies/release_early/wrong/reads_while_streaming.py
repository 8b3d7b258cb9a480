# hint: what does it still have then?
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse

QUERY = "select name from products order by name"


def app_of(pool):
    app = FastAPI()

    async def get_db():
        async with pool.acquire() as connection:
            yield connection

    @app.get("/export")
    async def export(db=Depends(get_db, scope="function")):
        async def lines():
            for name in await db.fetch(QUERY):
                yield name + "\n"

        return StreamingResponse(lines())

    return app
