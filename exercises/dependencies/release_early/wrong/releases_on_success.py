# hint: its connection stays lent
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

QUERY = "select name from products order by name"


def app_of(pool):
    app = FastAPI()

    @app.get("/export")
    async def export():
        db = await pool.acquire()
        names = await db.fetch(QUERY)
        await pool.release(db)

        async def lines():
            for name in names:
                yield name + "\n"

        return StreamingResponse(lines())

    return app
