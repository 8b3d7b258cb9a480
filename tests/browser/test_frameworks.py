"""Applications under uvicorn are served and asked inside the worker."""

from __future__ import annotations

import ast
import contextlib
import io
import types
from collections.abc import Callable

import pytest

from asyncwith.postgres.driver import run
from tests.browser.worker_page import Worker

FASTAPI = """
from typing import Annotated
import aiohttp
from asyncwith import local_app
from fastapi import Depends, FastAPI
from pydantic import BaseModel

async def session():
    log.append("open")
    try:
        yield "a session"
    finally:
        log.append("close")

class Book(BaseModel):
    pages: int

app, log = FastAPI(), []

@app.post("/books")
async def add(book: Book, session: Annotated[str, Depends(session)]):
    log.append(session)
    return {"pages": book.pages}

async with local_app(app) as server, aiohttp.ClientSession() as client:
    async with client.post(server.url("/books"), json={"pages": 5}) as response:
        print(response.status, await response.json())
    async with client.post(server.url("/books"), json={"pages": "many"}) as response:
        print(response.status, (await response.json())["detail"][0]["type"])
print(log)
"""

STARLETTE = """
import aiohttp, asyncio
from contextlib import asynccontextmanager
from asyncwith import local_app
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route, WebSocketRoute

log = []

@asynccontextmanager
async def lifespan(app):
    log.append("startup")
    yield
    log.append("shutdown")

async def numbers(request):
    async def stream():
        try:
            for n in range(10**9):
                yield f"{n}\\n"
                await asyncio.sleep(0)
        finally:
            log.append("stream closed")
    return StreamingResponse(stream())

async def upper(websocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text.upper())
    log.append("websocket closed")

async def broken(request):
    raise KeyError("name")

routes = [Route("/numbers", numbers), Route("/broken", broken)]
app = Starlette(routes=[*routes, WebSocketRoute("/upper", upper)], lifespan=lifespan)
async with local_app(app) as server, aiohttp.ClientSession() as client:
    async with client.get(server.url("/numbers")) as response:
        print([await response.content.readline() for _ in range(3)])
    await server.until(lambda: "stream closed" in log)
    async with client.ws_connect(server.url("/upper", "ws")) as ws:
        await ws.send_str("hello")
        print(await ws.receive_str())
    async with client.get(server.url("/broken")) as response:
        print(response.status)
    print(server.errors)
print(log)
"""

QUART = """
import aiohttp
from asyncwith import local_app
from quart import Quart, request, websocket

app = Quart("books")

@app.post("/echo")
async def echo():
    return {"said": await request.get_json()}

@app.websocket("/ws")
async def talk():
    while True:
        await websocket.send(f"{await websocket.receive()}?")

async with local_app(app) as server, aiohttp.ClientSession() as client:
    async with client.post(server.url("/echo"), json=[1]) as response:
        print(response.status, await response.json())
    async with client.ws_connect(server.url("/ws", "ws")) as ws:
        await ws.send_str("hello")
        print(await ws.receive_str())
test = app.test_client()
print((await (await test.post("/echo", json=2)).get_json()))
"""

HTTPX = """
import httpx
from asyncwith import local_app

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        return await send({"type": "lifespan.shutdown.complete"})
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})

async with local_app(app) as server, httpx.AsyncClient() as client:
    print((await client.get(server.url("/served"))).text)
transport = httpx.ASGITransport(app)
async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
    print((await client.get("/called")).text)
"""

SAID = {
    "fastapi": (
        FASTAPI,
        "200 {'pages': 5}\n422 int_parsing\n"
        "['open', 'a session', 'close', 'open', 'close']\n",
    ),
    "starlette": (
        STARLETTE,
        "[b'0\\n', b'1\\n', b'2\\n']\nHELLO\n500\n[\"KeyError: 'name'\"]\n"
        "['startup', 'stream closed', 'websocket closed', 'shutdown']\n",
    ),
    "quart": (QUART, "200 {'said': [1]}\nhello?\n{'said': 2}\n"),
    "httpx": (HTTPX, "/served\n/called\n"),
}


@pytest.mark.parametrize("name", SAID)
def test_an_application_is_served_in_the_worker(name: str, worker: Worker) -> None:
    source, said = SAID[name]
    assert worker.run(source, notebook=name).text == said


def test_it_is_also_without_jspi(new_worker: Callable[..., Worker]) -> None:
    source, said = SAID["starlette"]
    assert new_worker(jspi=False).run(source).text == said


def test_the_same_cells_print_the_same_on_a_real_network() -> None:
    """The expectations above are not the browser's alone."""
    for source, said in SAID.values():
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile(source, "<cell>", "exec", flags, dont_inherit=True)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            run(types.FunctionType(code, {"__name__": "__main__"})())
        assert printed.getvalue() == said
