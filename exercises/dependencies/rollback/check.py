"""A unit of work commits or rolls back: return, refusal, error, cancellation."""

import asyncio

from fastapi import Depends, FastAPI, HTTPException

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("unit_of_work",)


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


class Connection:
    """Writes down what it is told, and fails where it should."""

    def __init__(self, fails=""):
        self.fails, self.told = fails, []

    async def say(self, word):
        await asyncio.sleep(0)
        self.told.append(word)
        if word == self.fails:
            raise OSError(word)

    async def begin(self):
        await self.say("begin")

    async def commit(self):
        await self.say("commit")

    async def rollback(self):
        await self.say("rollback")


async def told(submission: Submission, way: str, fails: str = ""):
    """What the connection is told in one request, its status and its error."""
    connection = Connection(fails)
    app, seen = FastAPI(), []
    app.state.connection = connection

    @app.get("/")
    async def endpoint(
        db=Depends(submission.unit_of_work, scope="function"),
    ):
        expect(
            db is connection,
            hint="The endpoint should get the connection itself.",
            saw=f"it got an object of type {type(db).__name__}",
        )
        connection.told.append(way)
        if way == "refuse":
            raise HTTPException(404, "sold out")
        if way == "raise":
            raise KeyError(way)
        if way == "wait":
            await asyncio.Event().wait()
        return way

    @app.exception_handler(KeyError)
    @app.exception_handler(OSError)
    async def handle(request, error):
        seen.append(type(error).__name__)
        raise error

    async def sent(message):
        if message["type"] == "http.response.start":
            connection.told.append("START")

    task = asyncio.create_task(ask(app, sent=sent))
    if way == "wait":
        for _ in range(1000):
            await asyncio.sleep(0)
            if way in connection.told:
                break
        task.cancel()
    await asyncio.wait([task], timeout=2)
    expect(task.done(), hint="The request does not end.", saw="it waits")
    if task.cancelled():
        return connection.told, "cancelled"
    if error := task.exception():
        raise error
    return connection.told, seen[0] if seen else task.result()[0]


async def expect_told(submission, way, fails, words, ended, hints):
    events, status = await told(submission, way, fails)
    expect(
        same(events, words.split()),
        hint=hints[0],
        saw=f"{' '.join(events)}; wanted {words}",
    )
    expect(same(status, ended), hint=hints[1], saw=f"it ended with {status!r}")


@case("the endpoint returns")
async def returns(submission: Submission):
    await expect_told(
        submission,
        "return",
        "",
        "begin return commit START",
        200,
        (
            "The endpoint works between `begin` and `commit`, and is answered then.",
            "It worked, and should be answered with 200.",
        ),
    )


@case("the endpoint refuses with 404")
async def refuses(submission: Submission):
    await expect_told(
        submission,
        "refuse",
        "",
        "begin refuse rollback START",
        404,
        (
            "A refusal is an exception in the dependency: nothing of it is stored.",
            "The refusal was the answer. Who took it away?",
        ),
    )


@case("the endpoint raises")
async def raises(submission: Submission):
    await expect_told(
        submission,
        "raise",
        "",
        "begin raise rollback START",
        "KeyError",
        ("An error rolls back.", "The endpoint's error should come out as it is."),
    )


@case("the request is cancelled")
async def cancelled(submission: Submission):
    await expect_told(
        submission,
        "wait",
        "",
        "begin wait rollback",
        "cancelled",
        (
            "Cancelled, and not rolled back once. What does `except` catch?",
            "The cancellation disappeared.",
        ),
    )


@case("the transaction does not begin")
async def not_begun(submission: Submission):
    await expect_told(
        submission,
        "return",
        "begin",
        "begin START",
        "OSError",
        (
            "It did not begin: there is nothing to end, and nothing to work in.",
            "What `begin` raises should come out.",
        ),
    )


@case("the commit fails")
async def commit_fails(submission: Submission):
    events, status = await told(submission, "return", "commit")
    expect(
        events[:3] == ["begin", "return", "commit"] and events.count("commit") == 1,
        hint="A commit is tried once.",
        saw=" ".join(events),
    )
    expect(
        same(status, "OSError"),
        hint="What `commit` raises should come out: nothing is stored.",
        saw=f"it ended with {status!r}",
    )
