"""The whole service under load and faults; what is left is counted."""

import asyncio
import gc
from collections import Counter
from contextlib import asynccontextmanager, suppress

import aiohttp
import asyncpg  # noqa: F401 - before the first case, whose time it would take
import fastapi  # noqa: F401
import uvicorn  # noqa: F401

from asyncwith import local_app, postgres
from asyncwith.appserver import StartupFailed
from asyncwith.checking import Sessions, Submission, case, expect, same

DEFINES = ("create_app",)

DSN = postgres.dsn()
OURS = Sessions(DSN, "backend")
TABLES = """
    drop table if exists orders;
    create table orders (id int, item text default 'ball',
                         unique (id) deferrable initially deferred)"""
BIG = """insert into orders
    select n, repeat('x', 100000) from generate_series(100, 250) n"""


class Bank:
    """Another service: it pays, refuses, breaks off, is slow, or is not there."""

    def __init__(self) -> None:
        self.answer, self.after, self.gate = "200 OK", 0.0, asyncio.Event()
        self.announced = 0  # bytes of a body, which never comes
        self.over = asyncio.Event()
        self.asked, self.opened = 0, 0
        self.writers: set[asyncio.StreamWriter] = set()
        self.gate.set()

    async def serve(self, reader, writer):
        self.opened += 1
        self.writers.add(writer)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                self.asked += 1
                await self.gate.wait()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.over.wait(), self.after)
                if not self.answer:
                    break
                length = f"Content-Length: {self.announced}"
                writer.write(f"HTTP/1.1 {self.answer}\r\n{length}\r\n\r\n".encode())
        except (OSError, EOFError):
            pass  # the client has left
        finally:
            self.writers.discard(writer)
            writer.transport.abort()

    async def begin(self, port: int = 0) -> None:
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", port)
        self.port = self.server.sockets[0].getsockname()[1]

    def end(self) -> None:
        self.gate.set()
        self.server.close()
        for writer in self.writers:
            writer.transport.abort()


class Service:
    """The submission, served, with the bank and the network that it depends on."""

    def __init__(self, server, client, bank, watcher, network):
        self.server, self.client, self.bank = server, client, bank
        self.watcher, self.network = watcher, network

    async def ask(self, method: str, path: str) -> tuple[object, str]:
        """Status and text of the answer; what came instead, if none did."""
        url = self.server.url(path)
        try:
            async with asyncio.timeout(4):
                async with self.client.request(method, url) as response:
                    return response.status, await response.text()
        except TimeoutError:
            return None, "nothing in 4 s"
        except aiohttp.ClientError as error:
            return None, type(error).__name__

    async def expect(self, method: str, path: str, status: int, hint: str, text=None):
        answer = await self.ask(method, path)
        good = same(answer[0], status) and (text is None or same(answer[1], text))
        expect(good, hint=hint, saw=f"{method} {path}: {answer!r}; expected {status}")

    async def expect_rows(self, count: int, hint: str) -> None:
        found = await self.watcher.fetchval("select count(*) from orders")
        expect(found == count, hint=hint, saw=f"{found} orders stored; {count} agreed")


@asynccontextmanager
async def running(submission: Submission, size: int, seconds: float = 1.0):
    """Serve it; afterwards nothing of it may be left."""
    bank = Bank()
    async with OURS.alone(TABLES) as watcher, postgres.proxy(DSN) as network:
        await bank.begin()
        address = f"http://127.0.0.1:{bank.port}/"
        try:
            app = submission.create_app(network.dsn, address, size)
            served = local_app(app, shutdown_timeout=seconds)
            async with aiohttp.ClientSession() as client, served as server:
                expect(
                    network.open > 0,
                    hint="It serves, and has not yet spoken to the database.",
                    saw="no connection is open",
                )
                yield Service(server, client, bank, watcher, network)
            bank.gate.set()
            bank.over.set()
            await expect_nothing_left(network, bank)
        except StartupFailed as error:
            expect(False, hint="It does not start.", saw=str(error))
        finally:
            bank.end()
            while bank.writers:  # noqa: ASYNC110 - a moment, they are aborted
                await asyncio.sleep(0)


async def expect_nothing_left(network, bank) -> None:
    for turn in range(100):
        if not network.open and not bank.writers:
            return
        if turn == 10:
            gc.collect()  # what nobody refers to holds nothing
        await asyncio.sleep(0.01)
    expect(
        False,
        hint="The service has ended, and the other side still sees it. Who closes the "
        "pool and the session, and when?",
        saw=f"connections: {network.open} to the database, {len(bank.writers)} to the "
        "bank",
    )


@case("nothing fails")
async def nothing_fails(submission: Submission):
    async with running(submission, 1) as service:
        for number in (2, 1):
            await service.expect(
                "POST",
                f"/orders/{number}",
                200,
                "Nothing fails here. Read again what this address does.",
                f'{{"ordered":{number}}}',
            )
        await service.expect_rows(
            2, "It is answered, and not stored. What comes first?"
        )
        await service.watcher.execute("update orders set item = 'kite' where id = 1")
        await service.expect(
            "GET", "/orders", 200, "All items, by `id`, one a line.", "kite\nball\n"
        )
        bank = service.bank
        expect(
            bank.asked == 2 and bank.opened == 1,
            hint="One question an order, and one session for all of them.",
            saw=f"{bank.asked} questions over {bank.opened} connections",
        )
        bank.announced = 1000
        hint = "The bank has answered 200. What else do you wait for?"
        await service.expect("POST", "/orders/3", 200, hint)
        for _ in range(100):
            if not bank.writers:
                break
            await asyncio.sleep(0.01)
        expect(
            not bank.writers,
            hint="The order is answered, and a connection waits for a body that nobody "
            "reads. What gives it back?",
            saw=f"{len(bank.writers)} connections to the bank",
        )


@case("six clients at once, two connections")
async def load(submission: Submission):
    async with running(submission, 2) as service:
        answers = await asyncio.gather(
            *(
                service.ask(*(("GET", "/orders"), ("POST", f"/orders/{n}"))[n % 2])
                for n in range(6)
            )
        )
        statuses = Counter(status for status, _ in answers)
        expect(
            same(dict(statuses), {200: 6}),
            hint="Six short requests share two connections. How many does each "
            "hold, how long, and how long may it wait?",
            saw=f"statuses {dict(statuses)!r}",
        )
        opened = service.network.opened
        expect(
            0 < opened <= 2,
            hint="The pool has at most `size` connections, and requests share it.",
            saw=f"{opened} connections were opened",
        )
        await service.expect_rows(
            3, "It is answered, and not stored. What comes first?"
        )


@case("orders are refused")
async def refused(submission: Submission):
    async with running(submission, 1) as service:
        bank = service.bank
        answers = ("402 Payment Required", "500 Sorry", "")
        for number, bank.answer in enumerate(answers, 11):
            await service.expect(
                "POST",
                f"/orders/{number}",
                502,
                "The bank refused, or broke off. What comes out of `post` then?",
            )
        bank.end()
        await service.expect("POST", "/orders/14", 502, "There is no bank.")
        await bank.begin(bank.port)
        bank.answer, bank.after = "200 OK", 0.8
        await service.expect(
            "POST",
            "/orders/15",
            502,
            "The bank was silent for too long, and then paid.",
        )
        await service.expect_rows(0, "A refused order is not stored.")
        bank.after = 0.05
        await service.expect(
            "POST", "/orders/1", 200, "The bank pays, within its time.", '{"ordered":1}'
        )
        bank.after = 0.0
        await service.expect(
            "POST",
            "/orders/1",
            500,
            "The commit failed, and the client has its 200. What comes first?",
        )
        await service.expect_rows(1, "Two orders of one number: one is stored.")
        await service.expect(
            "POST",
            "/orders/9999999999",
            500,
            "The database has failed, and the bank is blamed.",
        )


@case("a lock, and then a slow client, hold up a request")
async def held_up(submission: Submission):
    async with running(submission, 1) as service:
        for seconds, wanted in ((0.05, 200), (1.0, 503)):
            async with service.watcher.transaction():
                await service.watcher.execute("lock table orders")
                first = asyncio.create_task(service.ask("GET", "/orders"))
                await asyncio.sleep(0.03)  # it holds the connection now
                second = asyncio.create_task(service.ask("GET", "/orders"))
                await asyncio.wait([second], timeout=seconds)
                in_time = second.done()
            expect(
                same((await first)[0], 200),
                hint="It has its connection, and waits for a lock: let it.",
                saw=f"{await first!r}",
            )
            answer = await second
            expect(
                same(answer[0], wanted) and in_time == (wanted == 503),
                hint="The only connection is lent to another: how long may it wait?",
                saw=f"it is free after {seconds} s; answered {answer!r}",
            )
        await service.watcher.execute(BIG)
        url = service.server.url("/orders")
        async with service.client.get(url) as response:
            await response.content.read(10)
            await service.expect(
                "POST",
                "/orders/1",
                200,
                "A client that reads slowly holds the only connection. Until when is "
                "it needed?",
            )
            response.close()


@case("the network to the database is cut, and comes back")
async def network_is_cut(submission: Submission):
    async with running(submission, 1) as service:
        network, bank = service.network, service.bank
        bank.gate.clear()
        order = asyncio.create_task(service.ask("POST", "/orders/1"))
        await service.server.until(lambda: bank.asked or order.done())
        await service.expect_rows(0, "It is stored before the bank has agreed.")
        network.refuse()
        network.cut()
        bank.gate.set()
        expect(
            same((await order)[0], 500),
            hint="The commit failed, and the client has its 200. What comes first?",
            saw=f"cut before the commit: {await order!r}; expected 500",
        )
        await service.expect(
            "GET",
            "/orders",
            500,
            "There is no database. That is not the same as to wait for too long.",
        )
        network.resume()
        await service.expect("GET", "/orders", 200, "The database is back.", "")


@case("the server stops in the middle of an order")
async def stops(submission: Submission):
    async with running(submission, 1, seconds=0.05) as service:
        service.bank.gate.clear()
        order = asyncio.create_task(service.ask("POST", "/orders/1"))
        await service.server.until(lambda: service.bank.asked or order.done())
    answer = await order
    expect(
        answer[0] not in (200, 502, 503),
        hint="The server has cancelled the request. Who was it that answered?",
        saw=f"{answer!r}",
    )
    async with OURS.session() as watcher:
        found = await watcher.fetchval("select count(*) from orders")
    expect(found == 0, hint="An order without an answer is not stored.", saw=found)


@case("the startup fails")
async def startup_fails(submission: Submission):
    before = open_sessions()
    await start_without_a_database(submission)
    gc.collect()
    # FastAPI caches what it calls, so that no collection ends the session
    left = [s for s in open_sessions() if not any(s is other for other in before)]
    expect(
        not left,
        hint="The startup failed half-way. What had been opened by then?",
        saw=f"{len(left)} open session",
    )


def open_sessions() -> list[aiohttp.ClientSession]:
    sessions = [o for o in gc.get_objects() if type(o) is aiohttp.ClientSession]
    return [session for session in sessions if not session.closed]


async def start_without_a_database(submission: Submission) -> None:
    async with postgres.proxy(DSN) as network:
        network.refuse()
        started = False
        try:
            app = submission.create_app(network.dsn, "http://127.0.0.1:1/", 1)
            async with local_app(app):
                started = True
        except StartupFailed:
            pass
        expect(
            not started,
            hint="There is no database: the service should not start.",
            saw="it started",
        )
