"""The shop's code, right and wrong, with the stand-in for a session."""

import asyncio

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("mock_session",)
URL = "https://shop.example/price/17"


async def price(session, url=URL):
    """The shop's code."""
    async with session.get(url) as response:
        if response.status == 200:
            return await response.json()
        return f"no price: {response.status}"


async def outcome(awaitable) -> object:
    """What it returns, or the exception that comes out."""
    try:
        return await awaitable
    except Exception as error:
        return error


@case("the shop asks for a price")
async def asks(submission: Submission):
    for body in ({"price": 42}, [], None, 0):
        found = await outcome(price(submission.mock_session(body=body)))
        saw = f"the shop's code ended with {found!r}, the body was {body!r}"
        expect(
            not isinstance(found, Exception),
            hint="The shop's code fails with this session. What does `get` return, and "
            "which of the objects is awaited?",
            saw=saw,
        )
        expect(
            same(found, body),
            hint="The body is what `await response.json()` returns. Which object does "
            "`as` bind?",
            saw=saw,
        )


@case("another status")
async def other_status(submission: Submission):
    found = await outcome(price(submission.mock_session(status=404)))
    expect(
        same(found, "no price: 404"),
        hint="The response has the status that was given. Which object does `as` bind?",
        saw=f"status 404: the shop's code ended with {found!r}",
    )


@case("the block fails")
async def block_fails(submission: Submission):
    async def use(error):
        async with submission.mock_session(200, 1).get(URL):
            raise error
        return "the line after the block"

    for error in (AssertionError("1 is not 2"), KeyError("price")):
        found = await outcome(use(error))
        expect(
            found is error,
            hint="The block raised, and the test that uses your session is green. What "
            "does the exit return?",
            saw=f"the block raised {error!r}, and it ended with {found!r}",
        )


@case("cancelled in the block")
async def cancelled(submission: Submission):
    inside = asyncio.Event()

    async def use():
        async with submission.mock_session(200, 1).get(URL):
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(use())
    entered = asyncio.create_task(inside.wait())
    await asyncio.wait([task, entered], return_when=asyncio.FIRST_COMPLETED)
    task.cancel()
    await asyncio.wait([task, entered], timeout=1)
    expect(
        task.cancelled(),
        hint="A cancellation comes out of the block like any other exception.",
        saw="the task that was cancelled in the block has not ended as cancelled",
    )


@case("the request fails")
async def request_fails(submission: Submission):
    for error in (ConnectionError("refused"), TimeoutError("too slow")):
        try:
            session = submission.mock_session(error=error)
        except type(error):
            session = None
        expect(
            session is not None,
            hint="Making the session is no request yet. When does a request fail?",
            saw=f"mock_session(error={error!r}) raised it",
        )
        try:
            manager = session.get(URL)
        except type(error):
            manager = None
        expect(
            manager is not None,
            hint="aiohttp's `get` sends nothing: it returns a manager. Where is it "
            "that the request is sent, and fails?",
            saw="session.get(…) raised the error",
        )
        entered = []

        async def use(manager=manager, entered=entered):
            async with manager:
                entered.append(True)

        found = await outcome(use())
        expect(
            found is error,
            hint="The given error is raised where the block is entered.",
            saw=f"error={error!r}: the block ended with {found!r}",
        )
        expect(
            not entered,
            hint="A request that fails has no response: the block must not be entered.",
            saw=f"error={error!r}: the block was entered",
        )


@case("several requests, several sessions")
async def requested(submission: Submission):
    session, other = submission.mock_session(200, 1), submission.mock_session(200, 2)
    expect(
        type(session.requested) is list and type(other.requested) is list,
        hint="`requested` is a list.",
        saw=f"a new session: requested is {session.requested!r}",
    )
    expect(
        same(session.requested, []) and same(other.requested, []),
        hint="Two sessions share something. What is made once, and what per session?",
        saw=f"a new session: requested is {session.requested!r}",
    )
    urls = [f"{URL}?customer={number}" for number in range(3)]
    for url in urls:
        found = await outcome(price(session, url))
        expect(
            same(found, 1),
            hint="One session, and several requests, each with its own `async with`. "
            "What is made once, and what for each `get`?",
            saw=f"{url}: the shop's code ended with {found!r}",
        )
    calls = [outcome(price(session, URL)) for _ in range(2)]
    answers = await asyncio.gather(*calls)
    expect(
        same(answers, [1, 1]),
        hint="Two requests at the same time disturb each other.",
        saw=f"{answers!r}",
    )
    found = session.requested
    expect(
        type(found) is list and same(found, [*urls, URL, URL]),
        hint="`requested` is the list of the URLs that were asked for, in order.",
        saw=f"requested is {found!r}",
    )
    expect(
        same(other.requested, []) and same(await price(other), 2),
        hint="Two sessions share something. What is made once, and what per session?",
        saw=f"the other session: requested {other.requested!r}",
    )
    failing = submission.mock_session(error=ConnectionError("refused"))
    await outcome(price(failing))
    expect(
        same(failing.requested, [URL]),
        hint="A request that failed was asked for all the same.",
        saw=f"after a failed request: requested {failing.requested!r}",
    )


@case("a misspelt attribute")
async def misspelt(submission: Submission):
    session = submission.mock_session(200, 1)
    hint = (
        "The shop misspells an attribute, and your session agrees. What has only the "
        "attributes that you gave it?"
    )
    for name in ("gett", "request", "delete", "status"):
        expect(
            not hasattr(session, name),
            hint=hint,
            saw=f"session.{name} exists",
        )
    async with session.get(URL) as response:
        for name in ("stauts", "jsn", "ok", "text"):
            expect(
                not hasattr(response, name), hint=hint, saw=f"response.{name} exists"
            )


@case("the body of another status")
async def other_body(submission: Submission):
    async def body(session):
        async with session.get(URL) as response:
            return await response.json()

    found = await outcome(body(submission.mock_session(404, {"why": "sold out"})))
    expect(
        same(found, {"why": "sold out"}),
        hint="A 404 may have a body, and the shop may want to read it.",
        saw=f"status 404: `await response.json()` ended with {found!r}",
    )


@case("two sessions with two statuses")
async def two_statuses(submission: Submission):
    good, bad = submission.mock_session(200, 1), submission.mock_session(404, 2)
    found = [await outcome(price(good)), await outcome(price(bad))]
    expect(
        same(found, [1, "no price: 404"]),
        hint="Two sessions live side by side, and the younger one speaks for both.",
        saw=f"statuses 200 and 404: the shop's code ended with {found!r}",
    )


@case("the request fails again")
async def fails_again(submission: Submission):
    session = submission.mock_session(error=ConnectionError("refused"))
    found = [type(await outcome(price(session))).__name__ for _ in range(3)]
    expect(
        same(found, ["ConnectionError"] * 3),
        hint="The shop tries again, and the server is still down. How often does your "
        "session raise the error?",
        saw=f"three requests with one session: {found}",
    )


@case("the connection is lost in the block")
async def lost_in_the_block(submission: Submission):
    async def use(error):
        async with submission.mock_session(200, 1).get(URL):
            raise error

    for error in (ConnectionResetError("gone"), TimeoutError("slow"), OSError("dns")):
        found = await outcome(use(error))
        expect(
            found is error,
            hint="Errors of the network come out of the block like any others.",
            saw=f"the block raised {error!r}, and it ended with {found!r}",
        )
