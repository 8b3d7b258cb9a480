# hint: Not every failure is a conflict
from fastapi import Depends, FastAPI, HTTPException


def app_of(store):
    app = FastAPI()

    async def transaction():
        tx = await store.begin()
        try:
            yield tx
        except BaseException:
            await store.rollback(tx)
            raise
        try:
            await store.commit(tx)
        except Exception:
            raise HTTPException(409, "sold out") from None

    @app.post("/orders/{item}")
    async def order(item: str, tx=Depends(transaction, scope="function")):
        await store.order(tx, item)
        return {"ordered": item}

    return app
