# hint: What do `Depends` and FastAPI make of your function?
async def get_db():
    async with db_pool.acquire() as connection:  # noqa: F821
        yield connection
