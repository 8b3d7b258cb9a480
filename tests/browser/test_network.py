"""Sockets in memory behave as the machine's own do: the same scenes on both.

They need no browser: asyncio's selector loop runs on them in any Python.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import Awaitable, Callable
from functools import cache
from types import ModuleType
from typing import Any

import pytest

from tasks._selection import ROOT

SCENES: list[Callable[[], Awaitable[Any]]] = []


def scene(function: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
    SCENES.append(function)
    return function


def memory_loop() -> Any:
    """A loop on sockets in memory, with `socket` changed as in the worker."""
    package = ModuleType("asyncwith_browser")
    package.__path__ = [str(ROOT / "browser" / "runtime")]
    sys.modules["asyncwith_browser"] = package
    from asyncwith_browser import network, selector  # type: ignore[import-not-found]

    network.install()

    class Loop(BaseSelectorEventLoop):
        def __init__(self) -> None:
            super().__init__(selector.MemorySelector())

        async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
            return network.getaddrinfo(host, port, **options)

        def _write_to_self(self) -> None:
            pass

    return Loop


async def started(handler: Any, **options: Any) -> tuple[Any, int]:
    server = await asyncio.start_server(handler, "127.0.0.1", 0, **options)
    return server, server.sockets[0].getsockname()[1]


async def words(awaitable: Awaitable[Any]) -> Any:
    try:
        return await awaitable
    except OSError as error:
        return f"{type(error).__name__}"


@scene
async def an_echo() -> Any:
    async def echo(reader: Any, writer: Any) -> None:
        while line := await reader.readline():
            writer.write(line.upper())
            await writer.drain()
        writer.close()

    server, port = await started(echo)
    async with server:
        reader, writer = await asyncio.open_connection("localhost", port)
        writer.write(b"one\ntwo\n")
        writer.write_eof()
        return await reader.read(), reader.at_eof(), server.is_serving()


@scene
async def nobody_listens() -> Any:
    return await words(asyncio.open_connection("127.0.0.1", 9))


@scene
async def a_name_that_nobody_has() -> Any:
    return await words(asyncio.open_connection("nobody.invalid", 9))


@scene
async def a_closed_port() -> Any:
    server, port = await started(lambda r, w: None)
    server.close()
    await server.wait_closed()
    return await words(asyncio.open_connection("127.0.0.1", port))


@scene
async def a_taken_port() -> Any:
    server, port = await started(lambda r, w: None)
    async with server:
        return await words(asyncio.start_server(print, "127.0.0.1", port))


@scene
async def a_server_that_hangs_up() -> Any:
    async def hang_up(reader: Any, writer: Any) -> None:
        await reader.readline()
        writer.write(b"bye")
        writer.close()

    server, port = await started(hang_up)
    async with server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello\n")
        return await reader.read(), reader.at_eof()


@scene
async def a_reset() -> Any:
    """Closed with unread data in the buffer."""

    async def rude(reader: Any, writer: Any) -> None:
        await asyncio.sleep(0.05)
        writer.transport.abort()

    server, port = await started(rude, limit=1)
    async with server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"x" * 100_000)
        return await words(reader.read())


@scene
async def backpressure() -> Any:
    """A writer waits for a reader who does not read, and goes on when he does."""
    done: list[str] = []

    async def flood(reader: Any, writer: Any) -> None:
        writer.write(b"x" * 30_000_000)
        await writer.drain()
        done.append("drained")
        writer.close()

    server, port = await started(flood)
    async with server:
        reader, _ = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0.1)
        before = list(done)
        size = len(await reader.read())
        await asyncio.sleep(0.05)
        return before, size, done


@scene
async def writing_to_one_who_has_gone() -> Any:
    server, port = await started(lambda r, w: w.close())
    async with server:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0.05)
        said: list[str] = []
        for _ in range(3):
            try:
                writer.write(b"still there?")
                await writer.drain()
                said.append("written")
            except OSError as error:
                said.append(type(error).__name__)
            await asyncio.sleep(0.02)
        return said


@scene
async def raw_sockets() -> Any:
    loop = asyncio.get_running_loop()
    with socket.socket() as server, socket.socket() as client:
        for each in (server, client):
            each.setblocking(False)
        server.bind(("127.0.0.1", 0))
        server.listen()
        await loop.sock_connect(client, server.getsockname())
        other, _ = await loop.sock_accept(server)
        with other:
            await loop.sock_sendall(client, b"hello")
            heard = await loop.sock_recv(other, 3), await loop.sock_recv(other, 9)
            client.shutdown(socket.SHUT_WR)
            return heard, await loop.sock_recv(other, 9)


@pytest.mark.parametrize("name", [play.__name__ for play in SCENES])
def test_a_scene_is_the_same_in_memory(name: str) -> None:
    assert played("here.memory_loop()")[name] == played("None")[name]


@cache
def played(factory: str) -> dict[str, str]:
    """All scenes in a Python of their own, whose sockets they may change."""
    code = (
        "import asyncio, json, sys; sys.path.insert(0, '.')\n"
        "from tests.browser import test_network as here\n"
        "async def play():\n"
        "    return {each.__name__: repr(await asyncio.wait_for(each(), 10))\n"
        "            for each in here.SCENES}\n"
        f"with asyncio.Runner(loop_factory={factory}) as runner:\n"
        "    print(json.dumps(runner.run(play())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
