"""The local HTTP server: its answers, and its counters from the server's side."""

import asyncio
import contextlib
import json
import sys

import pytest

aiohttp = pytest.importorskip("aiohttp")

from asyncwith import local_server  # noqa: E402 - after the skip


def serving(test, **options):
    """Run a test with a server and a session."""

    async def main():
        async with (
            local_server(**options) as server,
            aiohttp.ClientSession() as session,
        ):
            return await test(server, session)

    return asyncio.run(main())


async def until(condition):
    """Wait for what a counter of the server says, in this same process."""
    while not condition():  # noqa: ASYNC110 - a counter sets no event
        await asyncio.sleep(0.002)


def answer(path, method="GET", **options):
    async def ask(server, session):
        async with session.request(method, server.url(path), **options) as response:
            return response.status, await response.read()

    return serving(ask)


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/json", 200, b'{"id": 1, "name": "Ada"}'),
        ("/text", 200, b"plain text\n"),
        ("/items?n=1", 200, b'[{"id": 1, "name": "item 1"}]'),
        ("/items?n=0", 200, b"[]"),
        ("/bytes/3", 200, b"\x00\x01\x02"),
        ("/stream?chunks=2&size=2", 200, b"\x00\x01\x00\x01"),
        ("/slow?seconds=0.01", 200, b'{"slept": 0.01}'),
        ("/status/503", 503, b"503\n"),
        ("/status/204", 204, b""),
        ("/status/500?size=3", 500, b"\x00\x01\x02"),
        ("/stream?chunks=2&size=1&pause=0.01", 200, b"\x00\x00"),
        ("/stream?pause=x", 400, b"pause: expected a number, found 'x'\n"),
        ("/flaky?fail=1&size=3", 503, b"\x00\x01\x02"),
        ("/flaky?fail=1&status=404", 404, b'{"attempt": 1}'),
        ("/nowhere", 404, b"404: Not Found"),
        ("/items?n=-1", 400, b"n: expected a whole number, found '-1'\n"),
        ("/bytes/x", 400, b"n: expected a whole number, found 'x'\n"),
        ("/slow?seconds=x", 400, b"seconds: expected a number, found 'x'\n"),
        ("/status/99", 400, b"code: expected 200 to 599, found 99\n"),
    ],
)
def test_each_endpoint_gives_the_same_answer_each_time(path, status, body):
    assert answer(path) == (status, body)


def test_echo_sends_the_body_back():
    assert answer("/echo", "POST", data=b"hello") == (200, b"hello")


def test_json_is_json_and_text_is_not():
    async def ask(server, session):
        async with session.get(server.url("/items?n=2")) as response:
            items = await response.json()
        async with session.get(server.url("/text")) as response:
            with pytest.raises(aiohttp.ContentTypeError):
                await response.json()
        return items

    assert [item["id"] for item in serving(ask)] == [1, 2]


def test_flaky_fails_as_often_as_asked_and_each_query_counts_for_itself():
    async def ask(server, session):
        async def get(path):
            async with session.get(server.url(path)) as response:
                return response.status

        statuses = [await get("/flaky?fail=2") for _ in range(4)]
        return statuses, await get("/flaky?fail=1")

    assert serving(ask) == ([503, 503, 200, 200], 503)


def test_the_gate_holds_requests_until_it_is_opened():
    async def ask(server, session):
        async def get():
            async with session.get(server.url("/gate")) as response:
                return (await response.json())["open"]

        tasks = [asyncio.create_task(get()) for _ in range(3)]
        await server.until(lambda: server.handlers_running == 3)
        ended = [task.done() for task in tasks]
        server.open_gate()
        return ended, await asyncio.gather(*tasks), await get()

    assert serving(ask) == ([False] * 3, [True] * 3, True)


def test_a_dropped_connection_has_no_answer():
    with pytest.raises(aiohttp.ServerDisconnectedError):
        answer("/drop")


def test_a_cut_body_is_shorter_than_announced():
    async def ask(server, session):
        arrived = b""
        with pytest.raises(aiohttp.ClientPayloadError):
            async with session.get(server.url("/cut?size=300")) as response:
                async for chunk in response.content.iter_any():
                    arrived += chunk
        return response.status, response.content_length, len(arrived)

    assert serving(ask) == (200, 300, 150)


def test_a_handler_whose_client_has_left_ends_with_the_server():
    async def main():
        async with local_server(shutdown_timeout=0.01) as server:
            async with aiohttp.ClientSession() as session:
                task = asyncio.create_task(session.get(server.url("/hang")))
                await server.until(lambda: server.handlers_running)
                task.cancel()
                await asyncio.wait([task])
            await server.until(lambda: not server.connections_open)
            left = server.handlers_running
        return left, server.handlers_running, len(asyncio.all_tasks())

    assert asyncio.run(main()) == (1, 0, 1)


def test_a_client_that_leaves_a_stream_is_no_error_of_the_server(caplog):
    async def ask(server, session):
        async with session.get(server.url("/stream?chunks=5&pause=0.01")) as response:
            await response.content.readany()
        await server.until(lambda: not server.handlers_running)
        return server.bytes_sent["/stream"] < 5000

    assert serving(ask)
    assert not caplog.records


def test_a_shared_session_opens_one_connection_and_a_session_each_opens_twenty():
    async def shared(server, session):
        for _ in range(20):
            async with session.get(server.url("/json")) as response:
                await response.read()
        return server.connections_opened, server.connections_peak

    async def own(server, _):
        for _ in range(20):
            async with (
                aiohttp.ClientSession() as session,
                session.get(server.url("/json")) as response,
            ):
                await response.read()
        return server.connections_opened, server.connections_peak, server.requests

    assert serving(shared) == (1, 1)
    assert serving(own) == (20, 1, {"/json": 20})


def test_the_peaks_are_those_of_requests_at_once():
    async def ask(server, _):
        connector = aiohttp.TCPConnector(limit=5)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def get():
                url = server.url("/slow?seconds=0.02")
                async with session.get(url) as response:
                    await response.read()

            await asyncio.gather(*(get() for _ in range(12)))
        return server.connections_peak, server.handlers_peak, server.requests.total()

    assert serving(ask) == (5, 5, 12)


def test_bodies_are_counted_in_bytes_in_order_and_per_path():
    async def ask(server, session):
        async def chunks():
            yield b"a" * 1000

        once = chunks()
        for body in (b"x" * 10, b"", once, once):
            with contextlib.suppress(aiohttp.ClientError):
                async with session.post(server.url("/echo"), data=body) as response:
                    await response.read()
        async with session.get(server.url("/bytes/300")) as response:
            await response.read()
        return server.bodies_received, server.bytes_sent["/bytes/300"]

    assert serving(ask) == ({"/echo": [10, 0, 1000, 0]}, 300)


def test_a_stream_that_nobody_reads_stalls():
    async def ask(server, session):
        path = "/stream?chunks=1000&size=100000"
        async with session.get(server.url(path)):
            seen = [-1]

            def stalled():
                seen.append(server.bytes_sent["/stream"])
                return len(seen) > 20 and seen[-20] == seen[-1]

            await until(stalled)
        return seen[-1]

    assert 0 < serving(ask) < 50_000_000


def test_a_hanging_handler_is_cancelled_when_the_server_stops():
    async def main():
        async with local_server(shutdown_timeout=0.01) as server:
            task = asyncio.create_task(get(server.url("/hang")))
            await until(lambda: server.handlers_running)
        with contextlib.suppress(aiohttp.ClientError):
            await task
        return server.handlers_cancelled, server.handlers_running

    async def get(url):
        async with aiohttp.ClientSession() as session, session.get(url):
            pass

    assert asyncio.run(main()) == ({"/hang": 1}, 0)


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_client_that_leaves_cancels_its_handler_only_on_request(cancelled):
    async def ask(server, session):
        asking = asyncio.create_task(session.get(server.url("/slow?seconds=0.5")))
        await until(lambda: server.handlers_running)
        asking.cancel()
        await asyncio.wait([asking])
        await until(lambda: not server.handlers_running)
        return server.handlers_cancelled.total()

    options = {"handler_cancellation": True} if cancelled else {}
    assert serving(ask, shutdown_timeout=1, **options) == cancelled


def test_connections_are_gone_after_the_session():
    async def main():
        async with local_server() as server:
            async with aiohttp.ClientSession() as session:
                async with session.get(server.url("/json")) as response:
                    await response.read()
                during = server.connections_open
            await until(lambda: not server.connections_open)
        return during, server.connections_open, server.connections_opened

    assert asyncio.run(main()) == (1, 0, 1)


def test_two_servers_have_two_ports():
    async def main():
        async with local_server() as one, local_server() as two:
            return one.port != two.port, one.url("/a?b=1").endswith("/a?b=1")

    assert asyncio.run(main()) == (True, True)


def test_the_port_is_closed_after_the_block():
    async def main():
        async with local_server() as server:
            pass
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", server.port)

    asyncio.run(main())


def test_a_path_without_its_slash_is_refused():
    async def ask(server, _):
        with pytest.raises(ValueError, match="expected '/json'"):
            server.url("json")

    serving(ask)


def test_without_aiohttp_it_says_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "asyncwith.endpoints", raising=False)
    monkeypatch.setitem(sys.modules, "aiohttp", None)

    async def main():
        async with local_server():
            pass

    with pytest.raises(ImportError, match=r"pip install 'asyncwith\[http\]'"):
        asyncio.run(main())


@pytest.mark.filterwarnings("error")
def test_nothing_is_deprecated_and_nothing_left_open():
    assert json.loads(answer("/json")[1])["name"] == "Ada"


def test_a_server_that_is_down_drops_its_requests_and_comes_back_where_it_was():
    async def ask(server, session):
        port, told = server.port, []
        request = asyncio.create_task(session.post(server.url("/hang"), data=b"x"))
        await until(lambda: server.bodies_received)
        async with server.down():
            for attempt in (request, session.get(server.url("/json"))):
                try:
                    await attempt
                except aiohttp.ClientError as error:
                    told.append(type(error).__name__)
            assert (server.connections_open, server.handlers_running) == (0, 0)
        async with session.get(server.url("/json")) as response:
            return told, response.status, server.port == port

    assert serving(ask) == (
        ["ServerDisconnectedError", "ClientConnectorError"],
        200,
        True,
    )


def test_a_server_cannot_go_down_after_its_block():
    async def main():
        async with local_server() as server:
            pass
        server.down()

    with pytest.raises(RuntimeError, match="not running"):
        asyncio.run(main())
