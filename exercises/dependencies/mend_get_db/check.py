"""A dependency lends a pool's connection: return, errors, streams, cancellation."""

import asyncio

from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import StreamingResponse

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("get_db",)


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


def served(submission: Submission, pool):
    """An application with this pool, whose endpoints do all that endpoints do."""
    app = FastAPI()
    app.state.pool = pool

    @app.get("/{way}")
    async def endpoint(way: str, db=Depends(submission.get_db)):
        expect(
            type(db) is Connection,
            hint="The endpoint should get a connection, one that is lent to it.",
            saw=f"it got an object of type {type(db).__name__}",
        )
        expect(
            db.pool is pool and db in pool.lent,
            hint="Each application has a pool of its own. Whose connection is this?",
            saw="the connection is not lent by this application's pool",
        )
        if way == "missing":
            raise HTTPException(404, "no such product")
        if way == "broken":
            raise KeyError(way)
        if way == "waits":
            await asyncio.Event().wait()
        if way == "streams":
            return StreamingResponse(rows(db))
        return way

    async def rows(db):
        for _ in range(2):
            await asyncio.sleep(0)
            yield str(db in pool.lent)

    return app


async def expect_answer(app, path: str, status: int, body: str, hint: str):
    try:
        answer = await ask(app, path)
    except Exception as error:
        expect(False, hint=hint, saw=f"{type(error).__name__}: {error}")
        raise
    expect(same(list(answer), [status, body]), hint=hint, saw=f"answered {answer!r}")


def expect_back(pool, hint: str) -> None:
    expect(
        not pool.lent,
        hint=hint,
        saw=f"{len(pool.lent)} connection still lent",
    )


@case("two applications, each with its pool")
async def two_applications(submission: Submission):
    pools = [FakePool(), FakePool()]
    for pool in (*pools, pools[0]):
        app = served(submission, pool)
        await expect_answer(
            app,
            "/fine",
            200,
            '"fine"',
            "The endpoint works with any connection. What do `Depends` and FastAPI "
            "make of your function?",
        )
        expect_back(pool, "The request has ended, and nobody released.")
    expect(
        pools[0].acquired == 2 and pools[1].acquired == 1,
        hint="Each request borrows one connection, from its application's pool.",
        saw=f"the pools lent {pools[0].acquired} and {pools[1].acquired}, wanted 2, 1",
    )


@case("the endpoint refuses with 404")
async def refuses(submission: Submission):
    pool = FakePool()
    await expect_answer(
        served(submission, pool),
        "/missing",
        404,
        '{"detail":"no such product"}',
        "The endpoint's exception is its answer. Who took it away?",
    )
    expect_back(pool, "A refusal comes as an exception: the release was skipped.")


@case("the endpoint raises")
async def raises(submission: Submission):
    pool = FakePool()
    with_error = []
    app = served(submission, pool)

    @app.exception_handler(KeyError)
    async def seen(request, error):
        with_error.append(error)
        raise error

    await expect_answer(
        app,
        "/broken",
        500,
        "Internal Server Error",
        "An error of the endpoint is answered with 500.",
    )
    expect(
        bool(with_error),
        hint="The endpoint's error should reach the application as it is.",
        saw="the KeyError did not come out of the dependency",
    )
    expect_back(pool, "The endpoint raised, and nobody released.")


@case("the endpoint streams")
async def streams(submission: Submission):
    pool = FakePool()
    await expect_answer(
        served(submission, pool),
        "/streams",
        200,
        "TrueTrue",
        "The stream reads while the response is sent. Until when is it lent?",
    )
    expect_back(pool, "The stream has ended, and nobody released.")


@case("the request is cancelled")
async def cancelled(submission: Submission):
    pool = FakePool()
    task = asyncio.create_task(ask(served(submission, pool), "/waits"))
    for _ in range(1000):
        await asyncio.sleep(0)
        if pool.lent:
            break
    for _ in range(20):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=1)
    expect_back(
        pool, "Cancelled, and the connection is lost. What does your cleanup not see?"
    )
    expect(
        task.cancelled(),
        hint="The cancellation disappeared in the dependency.",
        saw="the request went on",
    )


@case("the pool fails to lend")
async def fails_to_lend(submission: Submission):
    pool = FakePool(error=TimeoutError("all lent"))
    try:
        status, _ = await ask(served(submission, pool), "/fine")
    except Exception as error:
        status = type(error).__name__
    expect(
        same(status, 500),
        hint="Without a connection the endpoint cannot run: let the pool's error out.",
        saw=f"answered {status!r}",
    )
