# hint: Around which lines is your `try`?
from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse


def app_of(store):
    app = FastAPI()

    async def transaction():
        tx = await store.begin()
        try:
            yield tx
        except BaseException:
            await store.rollback(tx)
            raise
        await store.commit(tx)

    @app.exception_handler(store.Conflict)
    async def sold_out(request, error):
        return JSONResponse({"detail": "sold out"}, 409)

    @app.post("/orders/{item}")
    async def order(item: str, tx=Depends(transaction, scope="function")):
        await store.order(tx, item)
        return {"ordered": item}

    return app
