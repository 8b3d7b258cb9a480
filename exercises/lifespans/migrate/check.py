"""The article's application: started, asked, stopped, failing, cancelled."""

import asyncio
import warnings
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from fastapi import FastAPI

from asyncwith import StartupFailed, local_app
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("make_app",)


class Resource:
    def __init__(self, name, number):
        self.name, self.number, self.is_open = name, number, True

    async def fetch(self):
        await asyncio.sleep(0)
        if not self.is_open:
            raise RuntimeError(f"{self.name} is closed")
        return [{"name": "Ada", "pool": self.number}]


class Shop:
    """Opens and closes, each with a wait, and fails where it is told to."""

    def __init__(self, failing=None):
        self.failing, self.ledger, self.opened = failing, [], []
        self.error = ConnectionRefusedError(f"{failing} refused")

    async def open(self, name):
        await asyncio.sleep(0)
        if self.failing == f"open {name}":
            raise self.error
        self.ledger.append(f"open {name}")
        self.opened.append(Resource(name, len(self.opened)))
        return self.opened[-1]

    async def close(self, resource):
        if not resource.is_open:
            self.ledger.append(f"close {resource.name} again")
        await asyncio.sleep(0)
        resource.is_open = False
        self.ledger.append(f"close {resource.name}")
        if self.failing == f"close {resource.name}":
            raise self.error

    def left(self):
        return [r.name for r in self.opened if r.is_open]


def made(submission, shop):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        app = submission.make_app(shop)
    expect(
        isinstance(app, FastAPI),
        hint="`make_app` returns a FastAPI application.",
        saw=f"it returned {type(app).__name__}",
    )
    expect(
        shop.ledger == [],
        hint="`make_app` only makes the application; its startup opens.",
        saw=f"before the startup: {shop.ledger}",
    )
    expect(
        not [w for w in caught if issubclass(w.category, DeprecationWarning)],
        hint="Something deprecated is still called. Which decorator is gone from "
        "Starlette?",
        saw=[str(w.message).strip().splitlines()[0] for w in caught],
    )
    return app


@asynccontextmanager
async def started(app):
    """The lifespan as a server runs it, and a client whose requests get its state."""
    async with app.router.lifespan_context(app) as state:

        async def asgi(scope, receive, send):
            await app(scope | {"state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as c:
            yield c


async def start_and_stop(app):
    async with started(app):
        pass


async def run(app, running):
    async with started(app):
        running.set()
        await asyncio.Event().wait()


async def users(client):
    try:
        response = await client.get("/users")
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return response.json() if response.status_code == 200 else response.status_code


@case("served by uvicorn")
async def served(submission: Submission):
    shop = Shop()
    app = made(submission, shop)
    async with AsyncExitStack() as stack:
        try:
            server = await stack.enter_async_context(local_app(app))
        except StartupFailed as error:
            expect(
                False,
                hint="Nothing was refused, and the startup fails. What may a lifespan "
                "yield?",
                saw=f"the server was told: {error}",
            )
            return
        client = await stack.enter_async_context(httpx.AsyncClient())
        expect(
            shop.ledger == ["open pool", "open cache"],
            hint="The startup opens the pool and then the cache, once each. Which "
            "handlers run beside a lifespan?",
            saw=f"after the startup: {shop.ledger}",
        )
        response = await client.get(server.url("/users"))
        expect(
            response.status_code == 200
            and same(response.json(), [{"name": "Ada", "pool": 0}]),
            hint="`GET /users` answers with what the pool fetches. Where does the "
            "endpoint find the pool?",
            saw=f"{response.status_code} {response.text}; {server.errors}",
        )
    expect(
        shop.ledger[2:] == ["close cache", "close pool"],
        hint="The shutdown closes the cache, then the pool, once each.",
        saw=f"after the shutdown: {shop.ledger}",
    )


@case("started again, and two side by side")
async def again(submission: Submission):
    shop, other = Shop(), Shop()
    app, second = made(submission, shop), made(submission, other)
    other.opened.append(Resource("older", 0))  # so that the numbers differ
    other.opened[0].is_open = False
    async with started(app) as client, started(second) as guest:
        seen = [await users(client), await users(guest)]
    expect(
        same(seen, [[{"name": "Ada", "pool": n}] for n in (0, 1)]),
        hint="Two applications run, and one answers with the other's pool. Who owns "
        "the name that the endpoint reads?",
        saw=seen,
    )
    async with started(app) as client:
        seen = await users(client)
    expect(
        same(seen, [{"name": "Ada", "pool": 2}]),
        hint="The second start needs a pool of its own.",
        saw=f"the application was started again, and /users: {seen}",
    )
    once = ["open pool", "open cache", "close cache", "close pool"]
    expect(
        shop.ledger == 2 * once,
        hint="Each start opens both, and each shutdown closes both.",
        saw=f"started twice: {shop.ledger}",
    )
    expect(
        shop.left() == [] == other.left(),
        hint="A shutdown left something open.",
        saw=f"open: {shop.left() + other.left()}",
    )


@case("an opening fails")
async def opening_fails(submission: Submission):
    for name, before in (("pool", []), ("cache", ["open pool", "close pool"])):
        shop = Shop(f"open {name}")
        how = None
        try:
            await start_and_stop(made(submission, shop))
        except Exception as error:
            how = error
        expect(
            how is shop.error,
            hint="The start failed, and that is what the server must hear.",
            saw=f"opening the {name} raised {shop.error!r}, the startup {how!r}",
        )
        expect(
            shop.ledger == before,
            hint=f"The {name} could not be opened. What is open by then is closed, "
            "before the failure leaves the startup, and nothing else.",
            saw=shop.ledger,
        )


@case("the start is cancelled at each of its waits")
async def start_cancelled(submission: Submission):
    running, steps = asyncio.Event(), 0
    while not running.is_set():
        steps += 1
        shop = Shop()
        task = asyncio.create_task(run(made(submission, shop), running))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        if running.is_set():
            return  # it was not the startup that was cancelled
        expect(
            task.cancelled(),
            hint="A startup that is cancelled ends as cancelled.",
            saw=f"cancelled after step {steps}, and it did not end so",
        )
        expect(
            shop.left() == [],
            hint="Cancelled in the startup, and something is still open. What does "
            "`except Exception` not catch?",
            saw=f"cancelled after step {steps}; open: {shop.left()}",
        )


@case("the run ends by an exception")
async def run_ends(submission: Submission):
    for error in (ValueError("server"), asyncio.CancelledError()):
        shop = Shop()
        how = None
        try:
            async with started(made(submission, shop)):
                raise error
        except BaseException as caught:
            how = caught
        expect(
            how is error,
            hint="What ends the run of the application comes out as it is.",
            saw=f"{error!r} was raised at the yield, {how!r} came out",
        )
        expect(
            shop.ledger[2:] == ["close cache", "close pool"],
            hint="The exception is raised at the `yield`. What runs after it?",
            saw=f"{type(error).__name__} at the yield: {shop.ledger}",
        )


@case("a closing fails")
async def closing_fails(submission: Submission):
    for name in ("cache", "pool"):
        shop, how = Shop(f"close {name}"), None
        try:
            await start_and_stop(made(submission, shop))
        except Exception as error:
            how = error
        expect(
            shop.left() == [] and shop.ledger[2:] == ["close cache", "close pool"],
            hint="One closing fails, and the other is not reached.",
            saw=f"the {name} failed to close; {shop.ledger}",
        )
        expect(
            how is shop.error,
            hint="A closing failed, and nobody hears of it.",
            saw=f"closing the {name} raised {shop.error!r}; came out: {how!r}",
        )
