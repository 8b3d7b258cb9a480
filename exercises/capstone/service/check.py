"""The service between a bank and a network; payments, rows, connections counted."""

import asyncio
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from types import SimpleNamespace

import aiohttp
import asyncpg
import uvicorn  # noqa: F401 - before the first case, whose time it would take
from aiohttp import web
from fastapi import FastAPI, HTTPException, Request

from asyncwith import local_app, postgres
from asyncwith.appserver import StartupFailed
from asyncwith.checking import Sessions, Submission, case, expect, same

DEFINES = ("order", "settle")

DSN = postgres.dsn()
OURS = Sessions(DSN, "service")
TABLES = """
    drop table if exists orders;
    create table orders (id int primary key, paid bool default false)"""
SILENCE = "The bank says nothing. How long is it asked, and what does its silence mean?"
PATIENCE = 2.0  # seconds, for what is bound to a fraction of one


class Bank:
    """Takes money once for each key; it answers, refuses, or is silent."""

    def __init__(self) -> None:
        self.status, self.gate = 200, asyncio.Event()
        self.gate.set()
        self.keys: list[str | None] = []
        self.sockets: set[object] = set()
        self.bodies, self.unread = False, 0

    async def pay(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers.get("Idempotency-Key"))
        self.sockets.add(request.transport)
        await self.gate.wait()
        if not self.bodies:
            return web.Response(status=self.status)
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        self.unread += 1
        while request.transport and not request.transport.is_closing():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        self.unread -= 1
        return response

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.post("/pay", self.pay)])
        return app


def service(submission: Submission, settings, dsn: str, connections: int) -> FastAPI:
    """The chapter's service, with the submission's functions."""

    @asynccontextmanager
    async def lifespan(app):
        size = {"min_size": 0, "max_size": connections}
        async with (
            asyncpg.create_pool(dsn, **size) as pool,
            aiohttp.ClientSession() as session,
        ):

            @asynccontextmanager
            async def lent():
                try:
                    db = await pool.acquire(timeout=1)
                except TimeoutError:
                    raise HTTPException(503) from None
                try:
                    yield db
                finally:
                    await pool.release(db)

            state = SimpleNamespace(settings=settings, session=session, lent=lent)
            await submission.settle(state)
            yield {"given": state}

    app = FastAPI(lifespan=lifespan)

    @app.post("/orders/{id}")
    async def order(id: int, request: Request):
        return await submission.order(request.state.given, id)

    return app


class World:
    """What the service depends on, and what one asks it."""

    def __init__(self, submission, watcher, network, bank, address, client):
        self.submission, self.watcher, self.network = submission, watcher, network
        self.bank, self.address, self.client = bank, address, client
        self.server = None

    @asynccontextmanager
    async def running(self, *, seconds=1.0, connections=2, paying=0.3, bank=None):
        """Serve it; afterwards no connection of it may be left."""
        settings = SimpleNamespace(bank=bank or self.address, paying=paying)
        app = service(self.submission, settings, self.network.dsn, connections)
        try:
            async with local_app(app, shutdown_timeout=seconds) as self.server:
                yield
        except StartupFailed as error:
            expect(
                False,
                hint="It does not start. What does it hold, or wait for?",
                saw=str(error),
            )
        await self.expect_nothing_left()

    async def expect_nothing_left(self) -> None:
        for _ in range(100):
            if not self.network.open:
                return
            await asyncio.sleep(0.01)
        expect(
            False,
            hint="The service has ended, and the database still sees it.",
            saw=f"{self.network.open} connections",
        )

    async def post(self, id: int) -> object:
        """The answer to an order, or its status; what came instead, if none did."""
        try:
            async with asyncio.timeout(PATIENCE):
                url = self.server.url(f"/orders/{id}")
                async with self.client.post(url) as response:
                    if response.status == 200:
                        return await response.json()
                    return response.status
        except TimeoutError:
            return f"nothing in {PATIENCE:g} s"
        except aiohttp.ClientError as error:
            return type(error).__name__

    async def expect_post(self, id: int, status: int, hint: str) -> None:
        answer = await self.post(id)
        wanted = {"ordered": id} if status == 200 else status
        expect(
            same(answer, wanted),
            hint=hint,
            saw=f"POST /orders/{id}: {answer!r}; expected {wanted!r}",
        )

    async def expect_rows(self, hint: str, **wanted: bool) -> None:
        """Each order's number, and whether it is paid."""
        rows = await self.watcher.fetch("select id, paid from orders order by id")
        found = {f"order_{row['id']}": row["paid"] for row in rows}
        expect(found == wanted, hint=hint, saw=f"paid: {found}; expected {wanted}")

    def expect_keys(self, questions: int, orders: int) -> None:
        keys = self.bank.keys
        expect(
            None not in keys and len(set(keys)) == orders,
            hint="The bank takes money once for each key. Which questions are about "
            "the same order?",
            saw=f"keys {keys!r}, about {orders} orders",
        )
        expect(
            len(keys) == questions,
            hint="How often must the bank be asked here?",
            saw=f"{len(keys)} questions; expected {questions}",
        )

    async def asked(self, count: int, *tasks: asyncio.Task) -> None:
        """Wait until the bank has been asked so often, or a request is over."""
        await self.server.until(
            lambda: len(self.bank.keys) >= count or any(t.done() for t in tasks)
        )


@asynccontextmanager
async def world(submission: Submission):
    bank = Bank()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        watcher = await enter(OURS.alone(TABLES))
        network = await enter(postgres.proxy(DSN))
        server = await enter(local_app(bank.app(), shutdown_timeout=0.05))
        client = await enter(aiohttp.ClientSession())
        address = server.url("/pay")
        yield World(submission, watcher, network, bank, address, client)


@case("nothing fails")
async def nothing_fails(submission: Submission):
    async with world(submission) as w, w.running():
        for id in (1, 2):
            await w.expect_post(id, 200, "Nothing fails here. Read the text again.")
        await w.expect_rows("It is paid. Who says so?", order_1=True, order_2=True)
        await w.expect_post(1, 200, "This order has been paid before.")
        w.expect_keys(2, 2)
        expect(
            len(w.bank.sockets) == 1,
            hint="One session for the whole service.",
            saw=f"{len(w.bank.sockets)} connections to the bank",
        )


@case("the bank's answer has a body, which does not come")
async def body(submission: Submission):
    async with world(submission) as w, w.running():
        w.bank.bodies = True
        await w.expect_post(1, 200, "The bank has said 200. What else do you wait for?")
        for _ in range(200):
            if not w.bank.unread:
                return
            await asyncio.sleep(0.01)
        expect(
            False,
            hint="The order is answered, and a connection to the bank waits for a body "
            "that nobody reads. What gives it back?",
            saw=f"{w.bank.unread} such connection",
        )


@case("the bank takes its time, and there is one connection")
async def bank_thinks(submission: Submission):
    async with world(submission) as w, w.running(connections=1, paying=30):
        w.bank.gate.clear()
        tasks = [asyncio.create_task(w.post(id)) for id in (1, 2)]
        await w.asked(2, *tasks)
        expect(
            len(w.bank.keys) == 2,
            hint="While the bank thinks about one order, the next one cannot "
            "begin. What does the first one hold?",
            saw=f"{len(w.bank.keys)} of 2 orders came to the bank",
        )
        await w.expect_rows(
            "If the service dies now, what does the table say?",
            order_1=False,
            order_2=False,
        )
        w.bank.gate.set()
        answers = await asyncio.gather(*tasks)
        expect(
            same(answers, [{"ordered": 1}, {"ordered": 2}]),
            hint="The bank has said 200 to both.",
            saw=answers,
        )


@case("the bank refuses")
async def refused(submission: Submission):
    async with world(submission) as w, w.running():
        w.bank.status = 402
        await w.expect_post(1, 402, "The bank has refused, and the client asks.")
        await w.expect_rows("A refused order is not stored.")
        w.bank.status = 200
        await w.expect_post(1, 200, "Refused once, and posted again.")
        w.bank.status = 500
        await w.expect_post(2, 502, "Neither yes nor no.")
        await w.expect_rows(
            "500 is no refusal: the bank may have taken the money.",
            order_1=True,
            order_2=False,
        )
        w.expect_keys(3, 2)


@case("the bank is silent, and then speaks")
async def silent(submission: Submission):
    async with world(submission) as w, w.running():
        w.bank.gate.clear()
        await w.expect_post(
            1,
            502,
            SILENCE,
        )
        await w.expect_rows("Was it paid? Nobody knows.", order_1=False)
        w.bank.gate.set()
        await w.expect_post(1, 200, "The client posts it again.")
        await w.expect_rows("It is paid now.", order_1=True)
        w.expect_keys(2, 1)


@case("the network to the database is cut while the bank is paid", seconds=6)
async def cut(submission: Submission):
    async with world(submission) as w, w.running(paying=30):
        w.bank.gate.clear()
        order = asyncio.create_task(w.post(1))
        await w.asked(1, order)
        w.network.refuse()
        w.network.cut()
        w.bank.gate.set()
        answer = await order
        expect(
            not isinstance(answer, dict),
            hint="That it is paid could not be stored, and the client has its 200.",
            saw=repr(answer),
        )
        w.network.resume()
        await w.expect_rows(
            "The bank was paid. What is left to remind anybody?", order_1=False
        )
        await w.expect_post(1, 200, "The database is back, and it is posted again.")
        await w.expect_rows("It is paid now.", order_1=True)
        w.expect_keys(2, 1)


@case("it starts with unpaid orders", seconds=6)
async def restarted(submission: Submission):
    async with world(submission) as w:
        w.bank.gate.clear()
        async with w.running():
            await w.expect_post(
                1,
                502,
                SILENCE,
            )
        fill = "insert into orders values (2, false), (3, true), (4, false)"
        await w.watcher.execute(fill)
        async with w.running():
            expect(
                len(w.bank.keys) > 1,
                hint="It serves, and has asked the bank about nothing. The next start "
                "settles what is left unpaid.",
                saw="no question at the start",
            )
            expect(
                len(w.bank.keys) == 2,
                hint="The bank says nothing, three orders are unpaid, and the service "
                "is to start. How many questions does it take to know that?",
                saw=f"{len(w.bank.keys) - 1} questions at the start; expected 1",
            )
        w.bank.gate.set()
        async with w.running():
            await w.expect_rows(
                "It serves, and what was left unpaid is to be settled by now.",
                order_1=True,
                order_2=True,
                order_3=True,
                order_4=True,
            )
        w.expect_keys(5, 3)
        await w.watcher.execute("insert into orders values (5, false), (6, false)")
        w.bank.status = 402
        async with w.running():
            await w.expect_rows(
                "At the start, too, the bank can say no.",
                order_1=True,
                order_2=True,
                order_3=True,
                order_4=True,
            )


@case("the server stops in the middle of an order, and starts again", seconds=6)
async def stopped(submission: Submission):
    async with world(submission) as w:
        w.bank.gate.clear()
        async with w.running(seconds=0.05, paying=30):
            order = asyncio.create_task(w.post(1))
            await w.asked(1, order)
        answer = await order
        expect(
            not isinstance(answer, dict),
            hint="Nobody knows whether it is paid, and the client has its 200.",
            saw=repr(answer),
        )
        expect(
            not same(answer, 502),
            hint="The server has cancelled the request. Who was it that answered?",
            saw=repr(answer),
        )
        w.bank.gate.set()
        async with w.running():
            await w.expect_rows("The next start settles it.", order_1=True)
        w.expect_keys(2, 1)


@case("it starts with one connection, and the bank has an error of its own", seconds=6)
async def bank_fails(submission: Submission):
    async with world(submission) as w:
        fill = "insert into orders values (1, false), (2, false)"
        await w.watcher.execute(fill)
        w.bank.status = 500
        async with w.running(connections=1):
            expect(
                len(w.bank.keys) == 2,
                hint="500 says nothing about the order, and the bank is there. Which "
                "answer ends the questions at the start?",
                saw=f"{len(w.bank.keys)} of 2 questions at the start",
            )
        await w.expect_rows("500 is no refusal.", order_1=False, order_2=False)


@case("nothing listens at the bank's address", seconds=6)
async def bank_is_gone(submission: Submission):
    async with world(submission) as w:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        async with w.running(bank=f"http://127.0.0.1:{port}/pay"):
            await w.expect_post(1, 502, "The bank cannot be reached. What is that?")
        await w.expect_rows("Nobody knows whether it is paid.", order_1=False)
        async with w.running(bank=f"http://127.0.0.1:{port}/pay"):
            await w.expect_rows("Nobody has been asked.", order_1=False)
