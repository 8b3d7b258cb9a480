"""A server that is stopped by SIGTERM while it is asked."""

import asyncio

import pytest

pytest.importorskip("aiohttp")

from asyncwith import terminated

SERVER = """
import asyncio, sys
from aiohttp import web

arrived = []

def arrives(request):
    arrived.append(request.path)
    if len(arrived) == 3:
        print("ready", flush=True)

async def answer(request):
    arrives(request)
    return web.Response(text=request.path)

async def hang(request):
    arrives(request)
    await asyncio.sleep(60)

stops = asyncio.Event()

async def slow(request):
    arrives(request)
    await stops.wait()
    return web.Response(text="in time")

async def stopping(app):
    stops.set()

app = web.Application()
app.on_shutdown.append(stopping)
app.router.add_get("/hang", hang)
app.router.add_get("/slow", slow)
app.router.add_get("/{any}", answer)
web.run_app(app, port=int(sys.argv[-1]), print=None, shutdown_timeout=2)
print(sys.argv[1:-1])
"""


def test_requests_in_flight_are_answered_or_cut_and_the_server_ends():
    asked = terminated(SERVER, ["/quick", "/hang", "/slow"], args=["with", "these"])
    answers, ended = asyncio.run(asked)
    assert answers == [(200, "/quick"), None, (200, "in time")]
    assert (ended.stdout, ended.returncode) == ("ready\n['with', 'these']\n", 0)


def test_a_program_that_ends_before_it_listens_answers_nothing():
    answers, ended = asyncio.run(terminated("raise SystemExit(3)", ["/", "/"]))
    assert (answers, ended.returncode) == ([None, None], 3)
