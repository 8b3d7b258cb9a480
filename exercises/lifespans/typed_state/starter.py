from contextlib import asynccontextmanager


class Pool:
    """What `open_pool()` binds has this method."""

    async def fetch(self) -> list[str]: ...


pool = None


def lifespan_with(open_pool):
    @asynccontextmanager
    async def lifespan(app):
        global pool
        async with open_pool() as pool:
            yield

    return lifespan


async def rows():
    return await pool.fetch()
