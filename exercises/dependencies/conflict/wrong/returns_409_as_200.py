# hint: What has it been sent when
from fastapi import Depends, FastAPI


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
        except store.Conflict:
            print("409 sold out")

    @app.post("/orders/{item}")
    async def order(item: str, tx=Depends(transaction, scope="function")):
        await store.order(tx, item)
        return {"ordered": item}

    return app
