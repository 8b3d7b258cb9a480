"""The facts of chapter 15, each asserted on FastAPI behind uvicorn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import asyncpg
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException
from fastapi.exceptions import DependencyScopeError
from fastapi.responses import StreamingResponse

from asyncwith import local_app, postgres
from tests.facts.replay_15_dependencies import strip

events: list[str] = []


@pytest.fixture(autouse=True)
def _fresh() -> None:
    events.clear()


async def a() -> AsyncIterator[str]:
    events.append("+A")
    try:
        yield "a"
    except HTTPException as error:
        events.append(f"saw {error.status_code}")
        raise
    finally:
        events.append("-A")


async def b(a: Any = Depends(a)) -> AsyncIterator[str]:
    events.append("+B")
    try:
        yield "b"
    finally:
        events.append("-B")


def ask(app: FastAPI, path: str = "/") -> tuple[int, str, list[str]]:
    """Return the status, the body and the log of one request."""

    async def asked() -> tuple[int, str, list[str]]:
        async with local_app(app) as server, aiohttp.ClientSession() as session:
            async with session.get(server.url(path)) as response:
                try:
                    text = await response.text()
                except aiohttp.ClientPayloadError:
                    text = "cut"
            await server.until(lambda: not server.requests_running)
            return response.status, text, server.errors

    return asyncio.run(asked())


def both(dependency: Any, endpoint: Any) -> FastAPI:
    """Return an app with an endpoint in both scopes, at /request and /function."""
    app = FastAPI()

    @app.get("/request")
    async def in_request(value: Any = Depends(dependency)) -> Any:
        return await endpoint(value)

    @app.get("/function")
    async def in_function(value: Any = Depends(dependency, scope="function")) -> Any:
        return await endpoint(value)

    return app


async def fine(value: Any) -> str:
    events.append("handler")
    return "fine"


async def refuse(value: Any) -> None:
    raise HTTPException(404, "none")


def test_fact_105_last_in_first_out_and_they_see_refusals() -> None:
    app = FastAPI()

    @app.get("/")
    async def endpoint(b: Any = Depends(b)) -> None:
        raise HTTPException(404)

    assert ask(app)[0] == 404
    assert events == ["+A", "+B", "-B", "saw 404", "-A"]


def test_fact_105a_entered_once_per_request_and_scope() -> None:
    app = FastAPI()

    @app.get("/shared")
    async def shared(one: Any = Depends(a), two: Any = Depends(b)) -> None: ...

    @app.get("/again")
    async def again(
        one: Any = Depends(a), two: Any = Depends(a, use_cache=False)
    ) -> None: ...

    @app.get("/scopes")
    async def scopes(
        one: Any = Depends(a), two: Any = Depends(a, scope="function")
    ) -> None: ...

    for path, entered in (("/shared", 1), ("/again", 2), ("/scopes", 2)):
        events.clear()
        assert ask(app, path)[0] == 200
        assert events.count("+A") == entered


def test_fact_106_exits_run_after_the_response() -> None:
    assert strip() == ["+A", "+B", "handler", "START", "BODY", "-B", "-A"]


def test_fact_107_a_409_after_the_yield_is_too_late_or_answered() -> None:
    async def conflict() -> AsyncIterator[None]:
        yield
        raise HTTPException(409)

    app = both(conflict, fine)
    status, _, log = ask(app, "/request")
    assert status == 200
    assert log and "response already started" in log[0]
    assert ask(app, "/function")[::2] == (409, [])


def test_fact_107a_function_scope_ends_before_the_response() -> None:
    app = both(a, fine)
    for path, order in (("/function", "-A START"), ("/request", "START -A")):
        events.clear()

        async def noted(scope: Any, receive: Any, send: Any) -> None:
            async def note(message: Any) -> None:
                if message["type"] == "http.response.start":
                    events.append("START")
                await send(message)

            await app(scope, receive, note)

        ask(noted, path)  # type: ignore[arg-type]
        assert " ".join(events) == f"+A handler {order}"


def test_fact_107b_a_request_scope_stands_on_no_function_scope() -> None:
    async def cart(a: Any = Depends(a, scope="function")) -> AsyncIterator[None]:
        yield

    async def endpoint(cart: Any = Depends(cart)) -> None: ...

    with pytest.raises(DependencyScopeError, match="cannot depend on"):
        FastAPI().get("/")(endpoint)


def test_fact_108_swallowing_turns_a_404_into_a_500() -> None:
    async def swallows() -> AsyncIterator[None]:
        with suppress(HTTPException):
            yield

    app = both(swallows, refuse)
    for path, message in (
        ("/request", "FastAPIError: Response not awaited"),
        ("/function", "UnboundLocalError"),
    ):
        status, _, log = ask(app, path)
        assert status == 500
        assert log[0].startswith(message)


def test_fact_109_a_class_is_never_entered() -> None:
    class Session:
        async def __aenter__(self) -> None:
            events.append("in")

        async def __aexit__(self, *error: object) -> None:
            events.append("out")

    assert ask(both(Session, fine), "/request")[0] == 200
    assert events == ["handler"]


def test_fact_110_a_decorated_function_is_an_error() -> None:
    status, _, log = ask(both(asynccontextmanager(a), fine), "/request")
    assert status == 500
    assert log[0].endswith("object is not an async iterator")


def test_fact_111_a_background_task_runs_before_the_exit() -> None:
    app = FastAPI()

    async def mail() -> None:
        events.append("mail")

    @app.get("/request")
    async def in_request(tasks: BackgroundTasks, a: Any = Depends(a)) -> None:
        tasks.add_task(mail)

    @app.get("/function")
    async def in_function(
        tasks: BackgroundTasks, a: Any = Depends(a, scope="function")
    ) -> None:
        tasks.add_task(mail)

    ask(app, "/request")
    ask(app, "/function")
    assert events == ["+A", "mail", "-A", "+A", "-A", "mail"]


async def pause(name: str) -> None:
    try:
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        events.append(f"{name} cancelled")
        raise
    events.append(f"{name} waited")


def test_fact_112_stream_then_dependency_then_lifespan() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        events.append("lifespan")

    async def held() -> AsyncIterator[None]:
        try:
            yield
        finally:
            await pause("dependency")

    async def ticks() -> AsyncIterator[str]:
        try:
            while True:
                yield "tick"
                await asyncio.sleep(0.001)
        finally:
            await pause("stream")

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    async def endless(held: Any = Depends(held)) -> StreamingResponse:
        return StreamingResponse(ticks())

    async def leave() -> None:
        async with local_app(app) as server, aiohttp.ClientSession() as session:
            response = await session.get(server.url())
            await response.content.readany()
            response.close()
            await server.until(lambda: not server.requests_running)

    asyncio.run(leave())
    assert events == ["stream cancelled", "dependency waited", "lifespan"]


def test_fact_112a_a_stream_holds_the_connection_in_request_scope() -> None:
    async def get_db() -> AsyncIterator[Any]:
        async with pool.acquire() as connection:
            yield connection

    async def stream(connection: Any) -> StreamingResponse:
        async def rows() -> AsyncIterator[str]:
            for _ in range(2):
                events.append(f"idle {pool.get_idle_size()}")
                yield str(await connection.fetchval("select 1"))

        return StreamingResponse(rows())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        nonlocal pool
        pool = asyncpg.create_pool(postgres.dsn(), min_size=1, max_size=1)
        async with pool:
            yield

    pool: Any = None
    app = both(get_db, stream)
    app.router.lifespan_context = lifespan
    assert ask(app, "/request") == (200, "11", [])
    assert events == ["idle 0", "idle 0"]
    events.clear()
    status, text, log = ask(app, "/function")
    assert (status, text, events) == (200, "cut", ["idle 1"])
    assert "released back to the pool" in log[0]
