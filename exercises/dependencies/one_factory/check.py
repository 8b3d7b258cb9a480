"""One factory serves scripts and requests, and fails without a leak."""

import asyncio

from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import StreamingResponse

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("connection", "get_db")
STATEMENT = "set timezone = 'UTC'"


def scope_of(method: str, path: str) -> dict:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }


async def ask(app, path="/", *, method="GET", sent=None):
    """Call the app as a server does; return the status and the body."""
    status, body, started = None, b"", False

    async def receive():
        nonlocal started
        if started:
            await asyncio.Event().wait()  # the client stays
        started = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        nonlocal status, body
        status = message.get("status", status)
        body += message.get("body", b"")
        if sent is not None:
            await sent(message)

    try:
        await app(scope_of(method, path), receive, send)
    except Exception:  # a server logs it
        if status is None:
            raise
    return status, body.decode()


class Lent:
    """What `FakePool.acquire` returns: to be awaited, or entered."""

    def __init__(self, pool):
        self.pool = pool
        self.connection = None

    def __await__(self):
        return self.pool.take().__await__()

    async def __aenter__(self):
        self.connection = await self.pool.take()
        return self.connection

    async def __aexit__(self, *error):
        await self.pool.release(self.connection)


class Connection:
    def __init__(self, pool):
        self.pool = pool

    async def fetch(self, query, *args):
        await asyncio.sleep(0)
        if self not in self.pool.lent:
            raise RuntimeError("the connection has been released")
        if isinstance(self.pool.rows, Exception):
            raise self.pool.rows
        self.pool.queries.append(query)
        return list(self.pool.rows)

    execute = fetch


class FakePool:
    def __init__(self, rows=(), error=None):
        self.rows, self.error = rows, error
        self.lent, self.queries, self.acquired = [], [], 0

    def acquire(self, timeout=None):
        return Lent(self)

    async def take(self):
        await asyncio.sleep(0)
        if self.error:
            raise self.error
        connection = Connection(self)
        self.lent.append(connection)
        self.acquired += 1
        return connection

    async def release(self, connection):
        if connection not in self.lent:
            raise RuntimeError("released, and not lent")
        self.lent.remove(connection)
        await asyncio.sleep(0)


def expect_set_up(pool, db) -> None:
    expect(
        type(db) is Connection and db in pool.lent,
        hint="What the block gets should be a connection that is lent to it.",
        saw=f"an object of type {type(db).__name__}",
    )
    expect(
        same(pool.queries, [STATEMENT]),
        hint="Every connection needs its time zone, once, wherever it is used.",
        saw=f"it was told {pool.queries!r}",
    )


def expect_back(pool) -> None:
    expect(
        not pool.lent,
        hint="The block has ended, and its connection is still lent.",
        saw=f"{len(pool.lent)} lent",
    )


def served(submission: Submission, pool):
    app = FastAPI()
    app.state.pool = pool

    @app.get("/{way}")
    async def endpoint(way: str, db=Depends(submission.get_db)):
        expect_set_up(pool, db)
        if way == "missing":
            raise HTTPException(404, "none")

        async def lines():
            await asyncio.sleep(0)
            yield str(db in pool.lent)

        return StreamingResponse(lines())

    return app


async def answered(app, path: str):
    try:
        return await ask(app, path)
    except Exception as error:
        expect(
            False,
            hint="`Depends` makes a manager of a generator function by itself. What "
            "did you give to it?",
            saw=f"{type(error).__name__}: {error}",
        )
        raise


@case("a script")
async def script(submission: Submission):
    pool = FakePool()
    manager = submission.connection(pool)
    expect(
        hasattr(type(manager), "__aenter__"),
        hint="`async with` needs a manager. What does calling `connection` give?",
        saw=f"an object of type {type(manager).__name__}",
    )
    async with manager as db:
        expect_set_up(pool, db)
    expect_back(pool)


@case("a script that fails, and one that is cancelled")
async def script_fails(submission: Submission):
    for error in (KeyError("no name"), asyncio.CancelledError()):
        pool = FakePool()
        try:
            async with submission.connection(pool):
                raise error
        except BaseException as came:
            if came is not error:
                raise
        else:
            expect(False, hint="The block's error disappeared.", saw=repr(error))
        expect_back(pool)


@case("a request")
async def request(submission: Submission):
    for path, status, body in (
        ("/fine", 200, "True"),
        ("/missing", 404, '{"detail":"none"}'),
    ):
        pool = FakePool()
        answer = await answered(served(submission, pool), path)
        expect(
            answer[0] != 500,
            hint="`Depends` makes a manager of a generator function by itself. What "
            "did you give to it?",
            saw=f"answered {answer!r}",
        )
        expect(
            same(list(answer), [status, body]),
            hint="The endpoint has its connection until the response has been sent.",
            saw=f"answered {answer!r}",
        )
        expect_back(pool)


@case("the statement fails")
async def statement_fails(submission: Submission):
    pool = FakePool(OSError("connection lost"))
    try:
        async with submission.connection(pool):
            expect(False, hint="It failed, and the block ran.", saw="the block ran")
    except OSError:
        pass
    expect_back(pool)
    status, _ = await answered(served(submission, pool), "/fine")
    expect(same(status, 500), hint="The error should come out.", saw=str(status))
    expect_back(pool)
