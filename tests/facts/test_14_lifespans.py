"""The facts of chapter 14, each asserted on the installed frameworks."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypedDict

import httpx
import pytest
from aiohttp import web
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import FastAPIError
from quart import Quart
from starlette.applications import Starlette

from asyncwith import StartupFailed, local_app

Ledger = list[str]
Lifespan = Callable[[Any], AbstractAsyncContextManager[Any]]


def named(ledger: Ledger, name: str, **state: Any) -> Lifespan:
    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncGenerator[Any]:
        ledger.append(f"+{name}")
        try:
            yield state
        finally:
            ledger.append(f"-{name}")

    return lifespan


async def refuse() -> None:
    raise ConnectionRefusedError("no cache")


async def serve(app: Any, *paths: str) -> list[httpx.Response]:
    async with local_app(app) as server, httpx.AsyncClient() as client:
        return [await client.get(server.url(path)) for path in paths]


async def run_aiohttp(app: web.Application) -> None:
    runner = web.AppRunner(app)
    try:
        await runner.setup()
    finally:
        await runner.cleanup()


def quiet(app: Quart) -> Quart:
    app.logger.disabled = True
    return app


def test_fact_086_contexts_are_left_in_reverse_and_errors_are_collected() -> None:
    ledger: Ledger = []

    def failing(name: str) -> Any:
        async def context(app: web.Application) -> AsyncGenerator[None]:
            ledger.append(f"+{name}")
            yield
            ledger.append(f"-{name}")
            raise OSError(name)

        return context

    app = web.Application()
    app.cleanup_ctx.extend([failing("first"), failing("second")])
    with pytest.raises(web.CleanupError) as caught:
        asyncio.run(run_aiohttp(app))
    assert ledger == ["+first", "+second", "-second", "-first"]
    assert [str(error) for error in caught.value.exceptions] == ["second", "first"]


def test_fact_86a_aiohttp_leaves_the_entered_contexts_only() -> None:
    ledger: Ledger = []

    async def context(app: web.Application) -> AsyncGenerator[None]:
        ledger.append("+db")
        yield  # no try: what follows runs only without an exception
        ledger.append("-db")

    async def closes(app: web.Application) -> None:
        ledger.append("on_cleanup")

    async def refuses(app: web.Application) -> None:
        await refuse()

    app = web.Application()
    app.cleanup_ctx.append(context)
    app.on_startup.append(refuses)
    app.on_cleanup.append(closes)
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(run_aiohttp(app))
    assert ledger == ["+db", "-db"]


def test_fact_102_on_event_is_gone_or_deprecated() -> None:
    assert not hasattr(Starlette, "on_event")
    with pytest.warns(DeprecationWarning, match="on_event is deprecated"):
        FastAPI().on_event("startup")  # pyright: ignore[reportDeprecated]


def app_with_handlers(ledger: Ledger, **settings: Any) -> FastAPI:
    app = FastAPI(**settings)

    async def start() -> None:
        ledger.append("+db")

    async def stop() -> None:
        ledger.append("-db")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        app.on_event("startup")(start)  # pyright: ignore[reportDeprecated]
        app.on_event("shutdown")(stop)  # pyright: ignore[reportDeprecated]
    return app


def test_fact_102a_handlers_beside_a_lifespan_are_ignored() -> None:
    ledger: Ledger = []
    app = app_with_handlers(ledger, lifespan=named(ledger, "lifespan"))
    asyncio.run(serve(app))
    assert ledger == ["+lifespan", "-lifespan"]


def test_fact_103_only_a_block_undoes_half_a_start() -> None:
    handlers: Ledger = []
    app = app_with_handlers(handlers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        app.on_event("startup")(refuse)  # pyright: ignore[reportDeprecated]
    with pytest.raises(StartupFailed, match="no cache"):
        asyncio.run(serve(app))
    assert handlers == ["+db"]

    ledger: Ledger = []

    @asynccontextmanager
    async def with_block(app: Any) -> AsyncGenerator[None]:
        async with named(ledger, "db")(app):
            await refuse()
            yield

    @asynccontextmanager
    async def without_block(app: Any) -> AsyncGenerator[None]:
        ledger.append("+db")
        await refuse()
        yield
        ledger.append("-db")

    for lifespan, expected in ((with_block, ["+db", "-db"]), (without_block, ["+db"])):
        for kind in (FastAPI, Starlette):
            ledger.clear()
            with pytest.raises(StartupFailed, match="no cache"):
                asyncio.run(serve(kind(lifespan=lifespan)))
            assert ledger == expected


def test_fact_103b_a_server_outlives_its_lifespan() -> None:
    async def main() -> None:
        ending, ledger = asyncio.Event(), list[str]()

        async def work() -> None:
            await ending.wait()
            raise ValueError("bad job")

        @asynccontextmanager
        async def lifespan(app: Any) -> AsyncGenerator[None]:
            async with named(ledger, "db")(app), asyncio.TaskGroup() as group:
                group.create_task(work())
                yield

        app = FastAPI(lifespan=lifespan)

        async def state() -> str:
            return ledger[-1]

        app.get("/")(state)
        async with local_app(app) as server, httpx.AsyncClient() as client:
            assert (await client.get(server.url())).json() == "+db"
            ending.set()
            await server.until(lambda: server.errors)
            assert (await client.get(server.url())).json() == "-db"
            assert server.errors[0].startswith("ExceptionGroup")

    asyncio.run(main())


def test_fact_104_a_lifespan_yields_a_mapping() -> None:
    for kind in (FastAPI, Starlette):
        ledger: Ledger = []

        @asynccontextmanager
        async def lifespan(app: Any, ledger: Ledger = ledger) -> AsyncGenerator[int]:
            async with named(ledger, "db")(app):
                yield 5432

        wrong: Any = lifespan
        with pytest.raises(StartupFailed, match="'int' object is not iterable"):
            asyncio.run(serve(kind(lifespan=wrong)))
        assert ledger == ["+db", "-db"]


def test_fact_104a_a_mounted_lifespan_does_not_run_a_routers_does() -> None:
    ledger: Ledger = []

    async def states(request: Request) -> list[str]:
        return sorted(request.state._state)  # pyright: ignore[reportPrivateUsage]

    app = FastAPI(lifespan=named(ledger, "app", app=1))
    app.include_router(APIRouter(lifespan=named(ledger, "router", router=1)))
    child = FastAPI(lifespan=named(ledger, "child", child=1))
    child.get("/")(states)
    app.mount("/child", child)
    [answer] = asyncio.run(serve(app, "/child/"))
    assert answer.json() == ["app", "router"]
    assert ledger == ["+app", "+router", "-router", "-app"]


class State(TypedDict):
    pool: int


async def typed(request: Request[State]) -> int:
    return request.state["pool"]


def test_fact_104b_fastapi_refuses_a_typed_request() -> None:
    with pytest.raises(FastAPIError, match="Invalid args for response field"):
        FastAPI().get("/")(typed)


def test_fact_104c_test_clients_and_the_lifespan() -> None:
    ledger: Ledger = []
    app = FastAPI(lifespan=named(ledger, "app"))

    async def ask() -> int:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as c:
            return (await c.get("/docs")).status_code

    assert asyncio.run(ask()) == 200
    assert ledger == []

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from fastapi.testclient import TestClient

        assert TestClient(app).get("/docs").status_code == 200
        assert ledger == []
        with TestClient(app) as client:
            assert client.get("/docs").status_code == 200
            assert ledger == ["+app"]
        assert ledger == ["+app", "-app"]


def test_fact_113_quart_does_not_unwind() -> None:
    ledger: Ledger = []

    async def main() -> None:
        app = quiet(Quart("shop"))

        @app.while_serving
        async def db() -> AsyncGenerator[None]:
            async with named(ledger, "db")(app):
                yield

        @app.while_serving
        async def cache() -> AsyncGenerator[None]:
            await refuse()
            yield

        @app.after_serving
        async def stop() -> None:
            ledger.append("after_serving")

        with pytest.raises(StartupFailed, match="no cache"):
            await serve(app)
        assert ledger == ["+db"]

        one = quiet(Quart("shop"))

        @one.while_serving
        async def both() -> AsyncGenerator[None]:
            async with named(ledger, "one")(one):
                await refuse()
                yield

        with pytest.raises(StartupFailed, match="no cache"):
            await serve(one)
        assert ledger == ["+db", "+one", "-one"]

    asyncio.run(main())


def test_fact_113a_quart_does_not_cancel_the_handler() -> None:
    async def ends(app: Any, route: Any) -> str:
        """How the handler ends when the server's patience does."""
        began, go_on = asyncio.Event(), asyncio.Event()
        ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def handler() -> str:
            began.set()
            try:
                await go_on.wait()
            except asyncio.CancelledError:
                ended.set_result("cancelled")
                raise
            ended.set_result("finished")
            return "done"

        route(handler)
        async with httpx.AsyncClient() as client:
            async with local_app(app, shutdown_timeout=0.1) as server:
                request = asyncio.create_task(client.get(server.url()))
                await began.wait()
            assert (await request).status_code == 500
        go_on.set()
        return await asyncio.wait_for(ended, 10)

    async def main() -> None:
        app, quart = FastAPI(), quiet(Quart("shop"))
        assert await ends(app, app.get("/")) == "cancelled"
        assert await ends(quart, quart.get("/")) == "finished"

    asyncio.run(main())
