"""A commit that fails after the yield reaches the client as a 409."""

import asyncio

from fastapi import HTTPException

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("app_of",)


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


async def ask(app, path="/", *, method="GET", sent=None, log=None):
    """Call the app as a server does; return the status and the body.

    What it raises after its answer goes into the log.
    """
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
    except Exception as error:
        if status is None:
            raise
        if log is not None:
            log.append(error)
    return status, body.decode()


class Conflict(Exception):
    """Somebody was faster."""


class Store:
    Conflict = Conflict

    def __init__(self, begin=None, order=None, commit=None):
        self.fails = {"begin": begin, "order": order, "commit": commit}
        self.told, self.open, self.log = [], [], []

    async def begin(self):
        await asyncio.sleep(0)
        self.told.append("begin")
        if self.fails["begin"]:
            raise self.fails["begin"]
        self.open.append(object())
        return self.open[-1]

    async def order(self, tx, item):
        expect(
            any(tx is one for one in self.open),
            hint="`order` works in the transaction that was begun for it.",
            saw="another transaction, or one that has ended",
        )
        await asyncio.sleep(0)
        self.told.append(f"order {item}")
        if self.fails["order"]:
            raise self.fails["order"]
        if item == "later":
            await asyncio.Event().wait()

    async def commit(self, tx):
        await self.end(tx, "commit")
        if self.fails["commit"]:
            raise self.fails["commit"]

    async def rollback(self, tx):
        await self.end(tx, "rollback")

    async def end(self, tx, word):
        expect(
            any(tx is one for one in self.open),
            hint="A transaction ends once: a failed commit has rolled back by itself.",
            saw=f"`{word}` of a transaction that is not open",
        )
        self.open.remove(tx)
        await asyncio.sleep(0)
        self.told.append(word)


async def ordered(submission: Submission, store: Store, item: str = "ball"):
    async def sent(message):
        if message["type"] == "http.response.start":
            store.told.append("START")

    app = submission.app_of(store)
    try:
        return await ask(
            app, f"/orders/{item}", method="POST", sent=sent, log=store.log
        )
    except Exception as error:
        expect(False, hint="It raised.", saw=f"{type(error).__name__}: {error}")
        raise


async def expect_order(submission, store, told, status, body, hints, item="ball"):
    answer = await ordered(submission, store, item)
    expect(
        same(list(answer), [status, body]), hint=hints[0], saw=f"answered {answer!r}"
    )
    expect(same(store.told, told.split(", ")), hint=hints[1], saw=", ".join(store.told))


@case("the commit succeeds")
async def succeeds(submission: Submission):
    for item in ("ball", "kite"):
        await expect_order(
            submission,
            Store(),
            f"begin, order {item}, commit, START",
            200,
            f'{{"ordered":"{item}"}}',
            (
                "Nothing failed: the client has its item.",
                "Begin, order, commit, and then the answer. Who answers before?",
            ),
            item,
        )


@case("somebody was faster")
async def conflict(submission: Submission):
    await expect_order(
        submission,
        Store(commit=Conflict("no ball left")),
        "begin, order ball, commit, START",
        409,
        '{"detail":"sold out"}',
        (
            "The client should get 409. What has it been sent when the commit fails?",
            "The commit was tried, failed, and has ended the transaction.",
        ),
    )


@case("the commit fails in another way")
async def commit_fails(submission: Submission):
    await expect_order(
        submission,
        Store(commit=OSError("connection lost")),
        "begin, order ball, commit, START",
        500,
        "Internal Server Error",
        (
            "Not every failure is a conflict: nobody knows what became of this one.",
            "The commit was tried, failed, and has ended the transaction.",
        ),
    )


@case("no transaction can be begun")
async def begin_fails(submission: Submission):
    store = Store(begin=OSError("no connection"))
    await expect_order(
        submission,
        store,
        "begin, START",
        500,
        "Internal Server Error",
        (
            "Nothing was begun: that is no conflict, and no order.",
            "Nothing was begun, so there is nothing to end.",
        ),
    )
    expect(
        store.log == [store.fails["begin"]],
        hint="The log should name the failure, and names another. Which line of yours "
        "failed in its turn?",
        saw=f"{store.log!r}",
    )


@case("the endpoint refuses")
async def refuses(submission: Submission):
    await expect_order(
        submission,
        Store(order=HTTPException(404, "no such item")),
        "begin, order ball, rollback, START",
        404,
        '{"detail":"no such item"}',
        ("The endpoint's refusal is its answer.", "A refused order is rolled back."),
    )


@case("the endpoint raises what the commit may raise")
async def raises_conflict(submission: Submission):
    await expect_order(
        submission,
        Store(order=Conflict("a defect")),
        "begin, order ball, rollback, START",
        500,
        "Internal Server Error",
        (
            "This `Conflict` is not the commit's. Around which lines is your `try`?",
            "An order that raised is rolled back.",
        ),
    )


@case("the request is cancelled")
async def cancelled(submission: Submission):
    store = Store()
    task = asyncio.create_task(ordered(submission, store, "later"))
    for _ in range(1000):
        await asyncio.sleep(0)
        if "order later" in store.told:
            break
    task.cancel()
    await asyncio.wait([task], timeout=1)
    expect(
        task.cancelled(), hint="The cancellation disappeared.", saw="it did not end so"
    )
    expect(
        same(store.told, ["begin", "order later", "rollback"]),
        hint="A cancelled order is rolled back. What does your `except` not catch?",
        saw=", ".join(store.told),
    )
