"""An application behind uvicorn: its startup, its errors and its end."""

import asyncio
from contextlib import asynccontextmanager

import pytest

aiohttp = pytest.importorskip("aiohttp")
web = pytest.importorskip("aiohttp.web")
pytest.importorskip("uvicorn")

from asyncwith import StartupFailed, local_app  # noqa: E402 - after the skip


class App:
    """An application without a framework, and a ledger of what it did."""

    def __init__(self):
        self.ledger = []

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                kind = (await receive())["type"]
                self.ledger.append(kind.removeprefix("lifespan."))
                await send({"type": f"{kind}.complete"})
                if kind == "lifespan.shutdown":
                    return
        if scope["path"] == "/fail":
            raise KeyError("name")
        if scope["path"] == "/hang":
            try:
                await asyncio.sleep(60)
            finally:
                self.ledger.append("hang left")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})


async def get(server, path="/"):
    async with aiohttp.ClientSession() as session, session.get(server.url(path)) as got:
        return got.status, await got.text()


def test_it_is_served_between_startup_and_shutdown():
    async def main():
        app = App()
        async with local_app(app) as server:
            assert await get(server) == (200, "hello")
            app.ledger.append("asked")
            assert server.requests_running == 0
        assert app.ledger == ["startup", "asked", "shutdown"]
        with pytest.raises(aiohttp.ClientConnectorError):
            await get(server)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


def test_what_escapes_is_kept_and_not_logged(capfd):
    async def main():
        async with local_app(App()) as server:
            status, _ = await get(server, "/fail")
        assert status == 500
        assert server.errors == ["KeyError: 'name'"]

    asyncio.run(main())
    assert capfd.readouterr() == ("", "")


def test_a_request_in_flight_is_cancelled_when_its_time_is_up():
    async def main():
        app = App()
        async with aiohttp.ClientSession() as session:
            async with local_app(app, shutdown_timeout=0.05) as server:
                asking = asyncio.create_task(
                    session.post(server.url("/hang"), data=b"x")
                )
                await server.until(lambda: server.requests_running)
                assert server.connections_open == 1
            assert "hang left" in app.ledger
            async with await asking as response:
                assert response.status == 500  # uvicorn's answer for it
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


BIG = b"x" * 20_000_000  # more than sockets keep


async def sends_much(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": BIG})


def test_uvicorns_pause_is_for_those_who_still_ask(monkeypatch):
    import uvicorn

    paused = []
    shutdown = uvicorn.Server.shutdown

    async def noted(server, sockets=None):
        paused.append(len(server.server_state.connections))
        await shutdown(server, sockets)

    monkeypatch.setattr(uvicorn.Server, "shutdown", noted)

    async def main():
        app = App()
        async with aiohttp.ClientSession() as session:
            async with local_app(app) as server:
                async with session.get(server.url("/")) as response:
                    assert await response.text() == "hello"
                assert server.connections_open == 1  # kept alive, and idle
            assert app.ledger == ["startup", "shutdown"]
            assert server.connections_open == 0
            assert not paused
            async with local_app(sends_much, lifespan="off") as server:
                response = await session.get(server.url("/"))
                await server.until(lambda: not server.requests_running)
                assert server.connections_open == 1  # the body is on its way
                reading = asyncio.create_task(response.read())
            assert paused == [1]
            assert await reading == BIG

    asyncio.run(main())


@asynccontextmanager
async def starts_and_fails(app):
    raise ValueError("no cache")
    yield


async def knows_no_lifespan(scope, receive, send):
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])


def test_a_failed_startup_says_why():
    starlette = pytest.importorskip("starlette.applications")

    async def main(app, message):
        with pytest.raises(StartupFailed, match=message):
            async with local_app(app):
                pytest.fail("the block ran")
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(
        main(starlette.Starlette(lifespan=starts_and_fails), "^ValueError: no cache$")
    )
    asyncio.run(main(knows_no_lifespan, "^NotImplementedError: lifespan$"))


def test_an_application_without_lifespan_is_served_if_asked():
    async def main():
        async with local_app(knows_no_lifespan, lifespan="auto") as server:
            return server.port

    assert asyncio.run(main()) > 0


def test_a_startup_that_is_given_up_is_ended():
    ledger = []

    async def app(scope, receive, send):
        await receive()
        try:
            await asyncio.sleep(60)
        finally:
            ledger.append("startup left")

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), local_app(app):
                pytest.fail("the block ran")
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())
    assert ledger == ["startup left"]


def test_a_cancelled_block_still_shuts_the_application_down():
    async def main():
        app = App()
        entered = asyncio.Event()

        async def work():
            async with local_app(app):
                app.ledger.append("in")
                entered.set()

        task = asyncio.create_task(work())
        await entered.wait()
        for _ in range(3):  # while it stops
            task.cancel()
            await asyncio.sleep(0.02)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert app.ledger == ["startup", "in", "shutdown"]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


def test_addresses():
    async def main():
        async with local_app(App()) as server:
            assert server.url("/x", "ws") == f"ws://127.0.0.1:{server.port}/x"
            with pytest.raises(ValueError, match="expected '/x'"):
                server.url("x")

    asyncio.run(main())


def test_a_lifespan_that_fails_after_its_start_is_kept():
    async def announcing(scope, receive, send):
        for kind in ("startup.complete", "shutdown.failed"):
            await receive()
            await send({"type": f"lifespan.{kind}", "message": "OSError: no disk"})

    async def raising(scope, receive, send):
        await announcing(scope, receive, send)
        raise OSError("no disk")

    async def dying(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await served.wait()
        raise OSError("no disk")

    served = asyncio.Event()

    async def main():
        for app in (announcing, raising, dying):
            served.clear()
            async with local_app(app) as server:
                served.set()
            assert server.errors == ["OSError: no disk"]

    asyncio.run(main())


def aiohttp_app(ledger):
    async def answer(request):
        return web.Response(text="hello")

    async def hang(request):
        try:
            await asyncio.sleep(60)
        finally:
            ledger.append("hang left")

    async def resource(app):
        ledger.append("+")
        yield
        ledger.append("-")

    app = web.Application()
    app.cleanup_ctx.append(resource)
    app.router.add_get("/", answer)
    app.router.add_get("/hang", hang)
    return app


def test_an_application_of_aiohttps_is_served_and_counted():
    ledger = []

    async def main():
        session = aiohttp.ClientSession()
        async with session:
            app = local_app(aiohttp_app(ledger), shutdown_timeout=0.1)
            async with app as server:
                async with session.get(server.url()) as got:
                    assert await got.text() == "hello"
                assert (server.connections_open, server.requests_running) == (1, 0)
                task = asyncio.create_task(session.get(server.url("/hang")))
                await server.until(lambda: server.requests_running)
            await asyncio.wait([task])

    asyncio.run(main())
    assert ledger == ["+", "hang left", "-"]


def test_an_aiohttp_application_that_cannot_start_is_cleaned_up():
    ledger = []

    async def refuses(app):
        raise ConnectionRefusedError("no cache")
        yield

    async def main():
        app = aiohttp_app(ledger)
        app.cleanup_ctx.append(refuses)
        async with local_app(app):
            ledger.append("served")

    with pytest.raises(StartupFailed, match="ConnectionRefusedError: no cache"):
        asyncio.run(main())
    assert ledger == ["+", "-"]
