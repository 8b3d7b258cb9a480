"""Mounted applications with lifespans: one, several, nested, failing."""

import asyncio
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from asyncwith import StartupFailed, local_app
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("mount",)


class House:
    def __init__(self, failing=None):
        self.ledger, self.arguments, self.failing = [], {}, failing
        self.states = {}
        self.error = ConnectionRefusedError(f"{failing} refused")

    def app(self, name, kind=FastAPI, **state):
        self.states[name] = state

        @asynccontextmanager
        async def lifespan(app):
            self.arguments[name] = app
            await asyncio.sleep(0)
            if self.failing == name:
                raise self.error
            self.ledger.append(f"+{name}")
            try:
                yield self.states[name] or None
            finally:
                await asyncio.sleep(0)
                self.ledger.append(f"-{name}")

        async def state_of(request: Request):
            return JSONResponse(dict(request.state._state))

        if kind is Starlette:
            return Starlette(lifespan=lifespan, routes=[Route("/", state_of)])
        app = FastAPI(lifespan=lifespan)
        app.get("/")(state_of)
        return app


async def served(app, *paths):
    async with local_app(app) as server, httpx.AsyncClient() as client:
        answers = [await client.get(server.url(path)) for path in paths]
        return [a.json() if a.status_code == 200 else a.status_code for a in answers]


@case("one child")
async def one_child(submission: Submission):
    for kind in (FastAPI, Starlette):
        house = House()
        parent = house.app("parent", kind, pool="parent's", site="shop")
        child = house.app("child", kind, pool="child's", queue="child's")
        submission.mount(parent, "/child", child)
        expect(
            house.arguments == {},
            hint="`mount` starts nothing: the server does.",
            saw=f"started by mount: {sorted(house.arguments)}",
        )
        for run in (1, 2):
            house.ledger.clear()
            at_parent, at_child = await served(parent, "/", "/child/")
            expect(
                "+child" in house.ledger,
                hint="The child was never started. Who runs its lifespan?",
                saw=f"{kind.__name__}, run {run}: {house.ledger}",
            )
            expect(
                "+parent" in house.ledger,
                hint="The child was mounted, and the parent's own lifespan is gone.",
                saw=f"{kind.__name__}, run {run}: {house.ledger}",
            )
            expect(
                house.ledger == ["+parent", "+child", "-child", "-parent"],
                hint="The child starts after its parent and stops before it, once.",
                saw=f"{kind.__name__}, run {run}: {house.ledger}",
            )
            expect(
                house.arguments["child"] is child
                and house.arguments["parent"] is parent,
                hint="Each lifespan gets its own application as its argument: it may "
                "write to `app.state`.",
                saw="a lifespan got the other application",
            )
            expect(
                isinstance(at_child, dict) and "site" in at_child,
                hint="A request of the child needs what the parent yielded, too.",
                saw=at_child,
            )
            expect(
                "queue" in at_child,
                hint="The child's lifespan yielded a state, and its requests do not "
                "get it.",
                saw=at_child,
            )
            expect(
                same(at_child, {"pool": "child's", "site": "shop", "queue": "child's"}),
                hint="A request of the child sees what both lifespans yielded, and "
                "where they differ, the child's.",
                saw=at_child,
            )
            expect(
                same(at_parent, {"pool": "parent's", "site": "shop"}),
                hint="A request of the parent sees only what its own lifespan yielded.",
                saw=at_parent,
            )


@case("lifespans that yield nothing")
async def nothing(submission: Submission):
    for at_parent, at_child in (({}, {"a": 1}), ({"a": 1}, {}), ({}, {})):
        house = House()
        parent, child = house.app("parent", **at_parent), house.app("child", **at_child)
        submission.mount(parent, "/child", child)
        try:
            seen = await served(parent, "/child/")
        except StartupFailed as error:
            seen = f"the startup failed: {error}"
        expect(
            same(seen, [at_parent | at_child]),
            hint="A lifespan may yield nothing at all.",
            saw=f"yielded {at_parent or None} and {at_child or None}: {seen}",
        )


@case("several children, one of them mounted in another")
async def several(submission: Submission):
    house = House()
    parent, first = house.app("parent", top=1), house.app("first", mine=1)
    second, deep = house.app("second", mine=2), house.app("deep", deep=3)
    submission.mount(second, "/deep", deep)
    submission.mount(parent, "/first", first)
    submission.mount(parent, "/second", second)
    seen = await served(parent, "/first/", "/second/", "/second/deep/", "/")
    expect(
        house.ledger[:4] == ["+parent", "+first", "+second", "+deep"],
        hint="All four start: the parent, then its children in the order of the calls, "
        "and a child's child after the child.",
        saw=house.ledger,
    )
    expect(
        house.ledger[4:] == ["-deep", "-second", "-first", "-parent"],
        hint="They stop in reverse order.",
        saw=house.ledger,
    )
    expect(
        same(
            seen,
            [
                {"top": 1, "mine": 1},
                {"top": 1, "mine": 2},
                {"top": 1, "mine": 2, "deep": 3},
                {"top": 1},
            ],
        ),
        hint="Each application sees its own state and its parents', and not that of "
        "its siblings or children.",
        saw=seen,
    )


@case("a startup fails")
async def startup_fails(submission: Submission):
    wanted = {
        "parent": [],
        "first": ["+parent", "-parent"],
        "second": ["+parent", "+first", "-first", "-parent"],
    }
    for name, ledger in wanted.items():
        house, how = House(failing=name), None
        parent = house.app("parent")
        submission.mount(parent, "/first", house.app("first"))
        submission.mount(parent, "/second", house.app("second"))
        try:
            async with parent.router.lifespan_context(parent):
                pass
        except Exception as error:
            how = error
        expect(
            how is house.error,
            hint="A startup failed, and that is what the server must hear.",
            saw=f"{name} raised {house.error!r}, the startup {how!r}",
        )
        expect(
            house.ledger == ledger,
            hint="A startup failed: what had been started is stopped, and nothing else "
            "is started.",
            saw=f"{name} failed: {house.ledger}",
        )


@case("the run ends by an exception")
async def run_ends(submission: Submission):
    house, failure, how = House(), ValueError("the server"), None
    parent = house.app("parent")
    submission.mount(parent, "/child", house.app("child"))
    try:
        async with parent.router.lifespan_context(parent):
            raise failure
    except Exception as error:
        how = error
    expect(
        house.ledger[2:] == ["-child", "-parent"],
        hint="The exception is raised at the `yield`. What runs after it?",
        saw=house.ledger,
    )
    expect(
        how is failure,
        hint="What ends the run comes out as it is.",
        saw=f"{failure!r} was raised, {how!r} came out",
    )


@case("served again, and the child yields something else")
async def again(submission: Submission):
    house = House()
    parent, child = house.app("parent", site="shop"), house.app("child", queue=1)
    submission.mount(parent, "/child", child)
    await served(parent, "/child/")
    house.states["child"] = {"cache": 2}
    seen = await served(parent, "/child/")
    expect(
        same(seen, [{"site": "shop", "cache": 2}]),
        hint="The application was served before, and a request finds what that run "
        "yielded.",
        saw=seen,
    )
