"""A pool in the lifespan's state: two applications, two runs, none, overridden."""

import asyncio
import inspect
from contextlib import AsyncExitStack, asynccontextmanager
from typing import get_type_hints, is_typeddict

import httpx
from fastapi import FastAPI

from asyncwith import StartupFailed, local_app
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("Pool", "State", "lifespan_with", "pool_of", "rows")


class House:
    def __init__(self, submission, name):
        self.submission, self.name, self.runs, self.is_open = submission, name, 0, 0
        app = FastAPI(lifespan=submission.lifespan_with(self.open_pool))
        app.get("/")(submission.rows)
        self.app = app
        expect(
            self.runs == 0,
            hint="The pool is opened at the startup, not before.",
            saw=f"opened {self.runs} times before it",
        )

    @asynccontextmanager
    async def open_pool(self):
        self.runs += 1
        house, answer = self, [f"{self.name}, run {self.runs}"]

        class Opened(self.submission.Pool):
            async def fetch(self):
                await asyncio.sleep(0)
                return answer if house.is_open else ["closed"]

        self.is_open += 1
        try:
            yield Opened()
        finally:
            await asyncio.sleep(0)
            self.is_open -= 1


async def get(client, url):
    response = await client.get(url)
    return response.json() if response.status_code == 200 else response.status_code


async def asked(*apps):
    """Start all, then ask each; the answers, or how the startup failed."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient())
        try:
            servers = [await stack.enter_async_context(local_app(a)) for a in apps]
        except StartupFailed as error:
            return f"StartupFailed: {error}"
        return [await get(client, server.url("/")) for server in servers]


@case("started, asked, stopped, and started again")
async def plain(submission: Submission):
    house = House(submission, "shop")
    for run in (1, 2):
        seen = await asked(house.app)
        expect(
            same(seen, [[f"shop, run {run}"]]),
            hint="A request gets the pool of the run that serves it. What does the "
            "lifespan yield, and where does `pool_of` look?",
            saw=f"run {run}: {seen}",
        )
        expect(
            house.is_open == 0 and house.runs == run,
            hint="Each startup opens one pool, and the shutdown leaves it.",
            saw=f"after run {run}: opened {house.runs}, still open {house.is_open}",
        )


@case("two applications at once")
async def side_by_side(submission: Submission):
    first, second = House(submission, "shop"), House(submission, "admin")
    seen = await asked(first.app, second.app)
    expect(
        same(seen, [["shop, run 1"], ["admin, run 1"]]),
        hint="Two applications run in one process, and one answers from the other's "
        "pool. Whose is the name that the endpoint reads?",
        saw=seen,
    )


@case("one lifespan for two servers")
async def one_app_twice(submission: Submission):
    house = House(submission, "shop")
    seen = await asked(house.app, house.app)
    expect(
        same(seen, [["shop, run 1"], ["shop, run 2"]]),
        hint="One application is served twice at once, and both answer from one pool. "
        "What belongs to the run, and what to the application?",
        saw=seen,
    )


@case("mounted in another application")
async def mounted(submission: Submission):
    house = House(submission, "shop")
    child = FastAPI()
    child.get("/")(submission.rows)
    house.app.mount("/child", child)
    async with local_app(house.app) as server, httpx.AsyncClient() as client:
        seen = await get(client, server.url("/child/"))
    expect(
        same(seen, ["shop, run 1"]),
        hint="A mounted application sees its parent's state in each request, but it is "
        "another `app`.",
        saw=seen,
    )


@case("never started")
async def never_started(submission: Submission):
    house = House(submission, "shop")
    transport = httpx.ASGITransport(house.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        try:
            seen = await get(client, "/")
        except Exception as error:
            seen = f"{type(error).__name__}: {error}"
    expect(
        same(seen, 503),
        hint="The application was never started: the request should say 503, and not "
        "open a pool of its own.",
        saw=seen,
    )
    expect(
        house.runs == 0,
        hint="A request is no place to open the application's pool.",
        saw=f"opened {house.runs}",
    )


@case("overridden in a test")
async def overridden(submission: Submission):
    house = House(submission, "shop")

    class Fake(submission.Pool):
        async def fetch(self):
            return ["fake"]

    async def fake():
        return Fake()

    house.app.dependency_overrides[submission.pool_of] = fake
    transport = httpx.ASGITransport(house.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        try:
            seen = await get(client, "/")
        except Exception as error:
            seen = f"{type(error).__name__}: {error}"
    expect(
        same(seen, ["fake"]),
        hint="A test replaces the dependency `pool_of` and gets the other pool all the "
        "same. Who calls `pool_of`?",
        saw=seen,
    )


@case("the types")
async def types(submission: Submission):
    hints = get_type_hints(submission.State) if inspect.isclass(submission.State) else 0
    expect(
        is_typeddict(submission.State)
        and hints == {"pool": submission.Pool}
        and submission.State.__required_keys__ == {"pool"},
        hint="`State` is a `TypedDict` with the key `pool`, whose type is `Pool`.",
        saw=f"{submission.State!r}, {hints}",
    )
    expect(
        get_type_hints(submission.pool_of).get("return") is submission.Pool,
        hint="What `pool_of` returns is not annotated: a type checker knows nothing "
        "of the pool.",
        saw=getattr(submission.pool_of, "__annotations__", None),
    )
    expect(
        inspect.iscoroutinefunction(submission.pool_of),
        hint="An ordinary function would run in a thread, for each request.",
        saw="`pool_of` is not `async`",
    )
