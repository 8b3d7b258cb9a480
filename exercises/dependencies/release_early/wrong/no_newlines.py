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
        names = await db.fetch(QUERY)

        async def lines():
            for name in names:
                yield name

        return StreamingResponse(lines())

    return app
