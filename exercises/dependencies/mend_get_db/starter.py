from contextlib import asynccontextmanager


@asynccontextmanager
async def get_db():
    async with db_pool.acquire() as conn:  # noqa: F821 - the article's listing
        yield conn
