# hint: pool of the run that serves it
from contextlib import asynccontextmanager
from typing import Annotated, TypedDict

from fastapi import Depends, HTTPException, Request


class Pool:
    """What `open_pool()` binds has this method."""

    async def fetch(self) -> list[str]: ...


class State(TypedDict):
    pool: Pool


def lifespan_with(open_pool):
    opened = {}

    @asynccontextmanager
    async def lifespan(app):
        async with open_pool() as pool:
            yield State(pool=opened.setdefault("pool", pool))

    return lifespan


async def pool_of(request: Request) -> Pool:
    if not hasattr(request.state, "pool"):
        raise HTTPException(503)
    return request.state.pool


async def rows(pool: Annotated[Pool, Depends(pool_of)]):
    return await pool.fetch()
