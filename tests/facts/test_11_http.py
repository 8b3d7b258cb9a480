"""The facts of chapter 11, each asserted against a real server on this machine.

The server's counters are compared, not what the client believes.
"""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
import warnings
from collections.abc import AsyncGenerator, Awaitable, Coroutine
from typing import Any

import aiohttp
import anyio
import pytest
from aiohttp import ClientSession, ClientTimeout, TCPConnector

from asyncwith import local_server, run_script, run_virtual
from asyncwith.httpserver import LocalServer


async def read(session: ClientSession, url: str) -> bytes:
    async with session.get(url) as response:
        return await response.read()


async def raised(awaitable: Awaitable[Any]) -> BaseException | None:
    """What an awaitable raises."""
    try:
        await awaitable
    except Exception as error:
        return error
    return None


def run(main: Coroutine[Any, Any, Any]) -> Any:
    async def limited() -> Any:
        async with asyncio.timeout(30):
            return await main

    return asyncio.run(limited())


def test_fact_076_a_session_each_or_one_for_all() -> None:
    async def main() -> tuple[int, int]:
        async with local_server() as each, local_server() as shared:
            for _ in range(20):
                async with ClientSession() as session:
                    await read(session, each.url("/json"))
            async with ClientSession() as session:
                for _ in range(20):
                    await read(session, shared.url("/json"))
            return each.connections_opened, shared.connections_opened

    assert run(main()) == (20, 1)


def test_fact_76a_twenty_at_once_need_twenty() -> None:
    async def main() -> int:
        async with local_server() as server, ClientSession() as session:
            url = server.url("/gate")
            tasks = [asyncio.create_task(read(session, url)) for _ in range(20)]
            await server.until(lambda: server.handlers_running == 20)
            server.open_gate()
            await asyncio.gather(*tasks)
            return server.connections_opened

    assert run(main()) == 20


async def at_the_gates(**limits: int) -> tuple[int, int]:
    """How many of 120 requests get to two servers, once nothing moves any more."""
    async with (
        local_server() as a,
        local_server() as b,
        ClientSession(connector=TCPConnector(**limits)) as session,
    ):
        urls = [a.url("/gate"), b.url("/gate")] * 60
        tasks = [asyncio.create_task(read(session, url)) for url in urls]
        seen, still = (-1, -1), 0
        while still < 10:
            await asyncio.sleep(0.02)
            now = a.handlers_running, b.handlers_running
            seen, still = now, still + 1 if now == seen else 0
        a.open_gate()
        b.open_gate()
        await asyncio.gather(*tasks)
    return seen


def test_fact_077_a_hundred_in_total_by_default() -> None:
    connector = run(made_connector())
    assert (connector.limit, connector.limit_per_host) == (100, 0)
    assert run(at_the_gates()) == (50, 50)
    assert run(at_the_gates(limit=5)) == (3, 2)


async def made_connector() -> TCPConnector:
    async with TCPConnector() as connector:
        return connector


def test_fact_77a_per_host_and_in_total() -> None:
    assert run(at_the_gates(limit_per_host=2)) == (2, 2)
    assert run(at_the_gates(limit=3, limit_per_host=2)) == (2, 1)


async def held(size: int) -> int:
    """How many of ten responses arrive over five connections, if none is read."""
    limit = ClientTimeout(connect=1)
    async with (
        local_server() as server,
        ClientSession(connector=TCPConnector(limit=5), timeout=limit) as session,
    ):
        responses: list[aiohttp.ClientResponse] = []
        try:
            for _ in range(10):
                responses.append(await session.get(server.url(f"/bytes/{size}")))
        except aiohttp.ConnectionTimeoutError:
            pass
        for response in responses:
            response.close()
        return len(responses)


def test_fact_078_held_responses_exhaust_the_pool_beyond_the_buffer() -> None:
    sizes = (1_000, 100_000, 5_000_000)
    assert [run(held(size)) for size in sizes] == [10, 10, 5]


async def left(size: int, *, reading: bool = False) -> int:
    async with local_server() as server, ClientSession() as session:
        for _ in range(5):
            async with session.get(server.url(f"/bytes/{size}")) as response:
                if reading:
                    await response.read()
        return server.connections_opened


def test_fact_079_an_unread_body_costs_the_connection() -> None:
    assert run(left(5_000_000)) == 5
    assert run(left(5_000_000, reading=True)) == 1
    assert run(left(1_000)) == 1


def test_fact_080_the_default_timeouts() -> None:
    async def main() -> ClientTimeout:
        async with ClientSession() as session:
            return session.timeout

    timeout = run(main())
    assert (timeout.total, timeout.sock_connect) == (300, 30)
    assert (timeout.connect, timeout.sock_read) == (None, None)


def test_fact_80a_which_timeout_is_which_exception() -> None:
    async def main() -> list[BaseException | None]:
        one = TCPConnector(limit=1)
        async with local_server() as server, ClientSession(connector=one) as session:

            async def give_up(**limit: float) -> BaseException | None:
                timeout = ClientTimeout(**limit)
                return await raised(session.get(server.url("/hang"), timeout=timeout))

            found = [await give_up(total=0.1), await give_up(sock_read=0.1)]
            async with session.get(server.url("/stream?chunks=2&pause=60")):
                found.append(await give_up(connect=0.1))
                found.append(await give_up(total=0.1))
            return found

    total, sock_read, connect, total_in_pool = run(main())
    assert type(total) is type(total_in_pool) is TimeoutError
    assert type(sock_read) is aiohttp.SocketTimeoutError
    assert type(connect) is aiohttp.ConnectionTimeoutError
    assert not isinstance(total, aiohttp.ClientError)
    for error in (sock_read, connect):
        assert isinstance(error, aiohttp.ClientError)
        assert isinstance(error, TimeoutError)


def test_fact_80b_total_cuts_what_sock_read_lets_through() -> None:
    async def main(**limit: float | None) -> bytes:
        timeout = ClientTimeout(**limit)  # type: ignore[arg-type]
        async with (
            local_server() as server,
            ClientSession(timeout=timeout) as session,
        ):
            return await read(
                session, server.url("/stream?chunks=10&size=10&pause=0.05")
            )

    assert len(run(main(total=None, sock_read=5))) == 100
    with pytest.raises(TimeoutError):
        run(main(total=0.3))


def test_fact_081_what_a_bad_answer_raises() -> None:
    async def main() -> list[object]:
        async with local_server() as server, ClientSession() as session:

            async def answer(url: str, **options: Any) -> object:
                try:
                    async with session.get(url, **options) as response:
                        return response.status, await response.json()
                except aiohttp.ClientError as error:
                    return type(error)

            down = server.url("/flaky?fail=9")
            return [
                await answer(down),
                await answer(down, raise_for_status=True),
                await answer(server.url("/text")),
                await answer("<https://api.example.com/data>"),
            ]

    assert run(main()) == [
        (503, {"attempt": 1}),
        aiohttp.ClientResponseError,
        aiohttp.ContentTypeError,
        aiohttp.InvalidUrlClientError,
    ]


def test_fact_082_nothing_is_read_after_the_block() -> None:
    async def main(wait: float) -> BaseException | None:
        async with local_server() as server, ClientSession() as session:
            async with session.get(server.url("/bytes/1000")) as response:
                await asyncio.sleep(wait)
            return await raised(response.read())

    for wait in (0, 0.05):
        error = run(main(wait))
        assert isinstance(error, aiohttp.ClientConnectionError)
        assert str(error) == "Connection closed"


def test_fact_083_no_session_without_a_loop() -> None:
    done = run_script("import aiohttp; session = aiohttp.ClientSession()")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "RuntimeError: no running event loop"


async def made() -> ClientSession:
    return ClientSession()


def test_fact_83a_a_session_of_another_loop() -> None:
    async def main() -> BaseException | None:
        session = run_virtual(made())
        async with local_server() as server:
            error = await raised(session.get(server.url("/json")))
        await session.close()
        return error

    error = run(main())
    assert type(error) is RuntimeError
    assert str(error) == "Event loop is closed"


def test_fact_83b_a_closed_session_is_refused_at_the_request() -> None:
    async def main() -> BaseException | None:
        session = ClientSession()
        await session.close()
        async with session:
            return await raised(session.get("http://127.0.0.1/"))

    error = run(main())
    assert type(error) is RuntimeError
    assert str(error) == "Session is closed"


def test_fact_83c_unclosed_is_said_when_the_last_reference_goes() -> None:
    async def main() -> list[str]:
        said: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: said.append(context["message"]))
        session = ClientSession()
        other = session
        del session
        gc.collect()
        said.append("still referred to")
        del other
        gc.collect()
        said.append("forgotten")
        return said

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        said = run(main())
    assert said == ["still referred to", "Unclosed client session", "forgotten"]


async def pieces() -> AsyncGenerator[bytes]:
    for _ in range(3):
        yield b"x" * 1000


def test_fact_084_a_generator_is_sent_once() -> None:
    async def main() -> tuple[list[int], dict[str, list[int]]]:
        async with local_server() as server, ClientSession() as session:
            statuses: list[int] = []
            for again in (True, False):
                body = pieces()
                for _ in range(2):
                    data = body if again else pieces()
                    url = server.url(f"/flaky?fail=1&again={again}")
                    async with session.post(url, data=data) as response:
                        statuses.append(response.status)
            return statuses, server.bodies_received

    assert run(main()) == ([503, 200] * 2, {"/flaky": [3000, 0, 3000, 3000]})


def test_fact_84a_aiohttp_repeats_a_get_and_no_post() -> None:
    async def main(method: str) -> int:
        async with local_server() as server, ClientSession() as session:
            error = await raised(session.request(method, server.url("/drop")))
            assert isinstance(error, aiohttp.ServerDisconnectedError)
            return server.requests["/drop"]

    assert [run(main(method)) for method in ("GET", "PUT", "POST")] == [2, 2, 1]


async def memory(size: int, *, whole: bool) -> int:
    """Bytes at the peak of a download, client and server together."""
    async with local_server() as server, ClientSession() as session:
        url = server.url(f"/stream?chunks={size // 100_000}&size=100000")
        tracemalloc.start()
        try:
            async with session.get(url) as response:
                if whole:
                    await response.read()
                else:
                    async for _ in response.content.iter_chunked(65536):
                        pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def test_fact_h1_memory_of_a_download() -> None:
    size = 20_000_000
    assert 1.95 < run(memory(size, whole=True)) / size < 2.1
    small, large = (run(memory(n * size, whole=False)) for n in (1, 3))
    assert small < size / 10
    assert large < 1.5 * small + 500_000


async def cancelled(server: LocalServer, session: ClientSession, path: str) -> None:
    """Five requests over five slots, cancelled while the server works."""
    wanted = server.requests[path] + 5
    tasks = [asyncio.create_task(read(session, server.url(path))) for _ in range(5)]
    await server.until(lambda: server.requests[path] == wanted)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert all(task.cancelled() for task in tasks)
    await server.until(lambda: not server.connections_open)


def test_fact_h2_a_cancelled_request_frees_its_slot() -> None:
    async def main() -> tuple[int, int]:
        five = TCPConnector(limit=5)
        async with local_server() as server, ClientSession(connector=five) as session:
            for _ in range(200):
                await cancelled(server, session, "/hang")
            gate = server.url("/gate")
            tasks = [asyncio.create_task(read(session, gate)) for _ in range(7)]
            await server.until(lambda: server.requests["/gate"] == 5)
            await asyncio.sleep(0.1)
            slots = server.requests["/gate"]
            server.open_gate()
            await asyncio.gather(*tasks)
            return slots, server.connections_opened

    assert run(main()) == (5, 1005)


def test_fact_h3_the_handler_runs_on() -> None:
    async def main() -> tuple[int, int]:
        async with local_server() as server, ClientSession() as session:
            task = asyncio.create_task(read(session, server.url("/gate")))
            await server.until(lambda: server.handlers_running)
            task.cancel()
            await asyncio.wait([task])
            await server.until(lambda: not server.connections_open)
            running = server.handlers_running
            server.open_gate()
            await server.until(lambda: not server.handlers_running)
            return running, server.handlers_cancelled.total()

    assert run(main()) == (1, 0)


def test_fact_h4_closing_wakes_no_reader() -> None:
    async def main() -> tuple[bool, BaseException | None]:
        async with local_server() as server:
            session = ClientSession(timeout=ClientTimeout(total=0.5))
            response = await session.get(server.url("/stream?chunks=2&pause=60"))
            reader = asyncio.create_task(response.read())
            await asyncio.sleep(0)
            await session.close()
            await server.until(lambda: not server.connections_open)
            for _ in range(10):
                await asyncio.sleep(0)
            return reader.done(), await raised(reader)

    done, error = run(main())
    assert not done
    assert type(error) is TimeoutError


def test_closing_tells_who_waits_for_the_headers() -> None:
    async def main() -> BaseException | None:
        async with local_server() as server:
            session = ClientSession()
            task = asyncio.create_task(read(session, server.url("/hang")))
            await server.until(lambda: server.handlers_running)
            await session.close()
            return await raised(task)

    error = run(main())
    assert isinstance(error, aiohttp.ClientConnectionError)
    assert str(error) == "Connector is closed."


def test_fact_h6_a_session_in_a_cancelled_scope_is_closed() -> None:
    async def main() -> tuple[bool, bool]:
        async with local_server() as server:
            session = ClientSession()
            with anyio.move_on_after(0.1) as scope:
                async with session:
                    await read(session, server.url("/stream?chunks=2&pause=60"))
            await server.until(lambda: not server.connections_open)
            return scope.cancelled_caught, session.closed

    assert run(main()) == (True, True)


def test_fact_h7_a_server_stops_if_nobody_reads() -> None:
    async def main() -> int:
        async with local_server() as server, ClientSession() as session:
            async with session.get(server.url("/stream?chunks=1000&size=100000")):
                seen, still = -1, 0
                while still < 10:
                    await asyncio.sleep(0.02)
                    now = server.bytes_sent["/stream"]
                    seen, still = now, still + 1 if now == seen else 0
            return seen

    assert 0 < run(main()) < 100_000_000
