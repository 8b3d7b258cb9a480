# hint: one answers from the other's
from contextlib import asynccontextmanager
from typing import Annotated, TypedDict

from fastapi import Depends, HTTPException, Request


class Pool:
    """What `open_pool()` binds has this method."""

    async def fetch(self) -> list[str]: ...


class State(TypedDict):
    pool: Pool


pools = {}


def lifespan_with(open_pool):
    @asynccontextmanager
    async def lifespan(app):
        async with open_pool() as pool:
            pools["pool"] = pool
            yield State(pool=pool)

    return lifespan


async def pool_of(request: Request) -> Pool:
    if "pool" not in pools:
        raise HTTPException(503)
    return pools["pool"]


async def rows(pool: Annotated[Pool, Depends(pool_of)]):
    return await pool.fetch()
