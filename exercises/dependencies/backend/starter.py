import aiohttp
import asyncpg
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse


def create_app(dsn, bank, size):
    app = FastAPI()

    async def get_db():
        pool = await asyncpg.create_pool(dsn)
        async with pool.acquire() as connection:
            yield connection

    @app.post("/orders/{id}")
    async def order(id: int, db=Depends(get_db)):
        await db.execute("insert into orders (id) values ($1)", id)
        async with aiohttp.ClientSession() as session:
            await session.post(bank)
        return {"ordered": id}

    @app.get("/orders")
    async def export(db=Depends(get_db)):
        async def lines():
            for row in await db.fetch("select item from orders order by id"):
                yield f"{row['item']}\n"

        return StreamingResponse(lines())

    return app
