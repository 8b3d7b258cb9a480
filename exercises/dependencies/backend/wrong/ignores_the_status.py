# hint: The bank refused, or broke off
from contextlib import asynccontextmanager

import aiohttp
import asyncpg
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import StreamingResponse

LIMIT = aiohttp.ClientTimeout(total=0.3)


async def get_db(request: Request):
    pool = request.app.state.pool
    try:
        connection = await pool.acquire(timeout=0.3)
    except TimeoutError:
        raise HTTPException(503) from None
    try:
        yield connection
    finally:
        await pool.release(connection)


async def transaction(db=Depends(get_db)):
    async with db.transaction():
        yield db


def create_app(dsn, bank, size):
    @asynccontextmanager
    async def lifespan(app):
        async with (
            aiohttp.ClientSession(timeout=LIMIT) as app.state.session,
            asyncpg.create_pool(dsn, min_size=1, max_size=size) as app.state.pool,
        ):
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/orders/{id}")
    async def order(id: int, db=Depends(transaction, scope="function")):
        try:
            await db.execute("insert into orders (id) values ($1)", id)
            async with app.state.session.post(bank):
                return {"ordered": id}
        except (aiohttp.ClientError, TimeoutError):
            raise HTTPException(502) from None

    @app.get("/orders")
    async def export(db=Depends(get_db, scope="function")):
        rows = await db.fetch("select item from orders order by id")
        return StreamingResponse(f"{row['item']}\n" for row in rows)

    return app
