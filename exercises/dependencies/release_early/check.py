"""An export gives its connection back before a slow client reads."""

import asyncio

from fastapi import FastAPI

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("app_of",)
QUERY = "select name from products order by name"


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


async def exported(submission: Submission, pool):
    """The answer, and how many connections were lent at each message."""
    app = submission.app_of(pool)
    expect(
        isinstance(app, FastAPI),
        hint="`app_of` returns a FastAPI application.",
        saw=f"an object of type {type(app).__name__}",
    )
    lent, bodies = [], []

    async def sent(message):
        lent.append(len(pool.lent))
        if message.get("body"):
            bodies.append(message["body"].decode())
        await asyncio.sleep(0.001)  # a slow reader
        lent.append(len(pool.lent))

    try:
        answer = await ask(app, "/export", sent=sent)
    except Exception as error:
        expect(False, hint="It raised.", saw=f"{type(error).__name__}: {error}")
        raise
    return answer, lent, bodies


@case("a slow client reads three names")
async def slow_client(submission: Submission):
    pool = FakePool(["ball", "kite", "yoyo"])
    (status, text), lent, bodies = await exported(submission, pool)
    expect(
        not any(lent),
        hint="The client reads, and the connection is lent. Where does your "
        "dependency end, and what does the stream need by then?",
        saw=f"{max(lent)} connection lent while the response was sent",
    )
    expect(
        same([status, text], [200, "ball\nkite\nyoyo\n"]),
        hint="The stream reads after the endpoint has returned: what does it still "
        "have then?",
        saw=f"answered {status}, {text!r}",
    )
    expect(
        same(bodies, ["ball\n", "kite\n", "yoyo\n"]),
        hint="A stream sends each line by itself.",
        saw=f"the body came as {bodies!r}",
    )
    expect(
        same(pool.queries, [QUERY]) and pool.acquired == 1,
        hint="One connection and one query answer the request.",
        saw=f"{pool.acquired} connections lent, {len(pool.queries)} queries",
    )


@case("two exports, and the names change between them")
async def names_change(submission: Submission):
    pool = FakePool(["ball"])
    app = submission.app_of(pool)
    first = await ask(app, "/export")
    pool.rows = ["kite"]
    second = await ask(app, "/export")
    expect(
        same([first[1], second[1]], ["ball\n", "kite\n"]),
        hint="Each export reads what is there now.",
        saw=f"the second sent {second[1]!r}",
    )


@case("there are no products")
async def nothing(submission: Submission):
    (status, text), lent, _ = await exported(submission, FakePool())
    expect(
        same([status, text], [200, ""]) and not any(lent),
        hint="No products: an empty export.",
        saw=f"answered {status}, {text!r}",
    )


@case("the query fails")
async def query_fails(submission: Submission):
    pool = FakePool(OSError("connection lost"))
    (status, text), lent, _ = await exported(submission, pool)
    expect(
        same(status, 500),
        hint="The query failed before anything was sent: there is still time to say so",
        saw=f"answered {status}, {text!r}",
    )
    expect(
        not pool.lent and not any(lent),
        hint="The query failed, and its connection stays lent.",
        saw=f"{len(pool.lent)} connection lent",
    )
