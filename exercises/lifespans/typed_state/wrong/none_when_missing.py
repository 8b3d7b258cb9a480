# hint: should say 503
from contextlib import asynccontextmanager
from typing import Annotated, TypedDict

from fastapi import Depends, HTTPException, Request


class Pool:
    """What `open_pool()` binds has this method."""

    async def fetch(self) -> list[str]: ...


class State(TypedDict):
    pool: Pool


def lifespan_with(open_pool):
    @asynccontextmanager
    async def lifespan(app):
        async with open_pool() as pool:
            yield State(pool=pool)

    return lifespan


async def pool_of(request: Request) -> Pool:
    return getattr(request.state, "pool", None)


async def rows(pool: Annotated[Pool, Depends(pool_of)]):
    return await pool.fetch()
