"""One exception is translated with its cause; all others pass; all is closed."""

import asyncio

from asyncwith.checking import Submission, case, expect

DEFINES = ("OrderStore", "OrderNotFound")


class Connection:
    """Notes whether it is open; closing takes a turn of the loop."""

    def __init__(self) -> None:
        self.closed = 0

    async def close(self) -> bool:
        await asyncio.sleep(0)
        self.closed += 1
        return True


class MissingRow(KeyError):
    """A `KeyError` of a more particular kind."""


async def leave_with(
    submission: Submission, connection: Connection, error: BaseException
) -> BaseException | None:
    """What comes out of a block that `error` ends, or None."""
    try:
        async with submission.OrderStore(connection):
            raise error
    except BaseException as seen:
        return seen
    return None


def expect_closed(connection: Connection, after: str) -> None:
    expect(
        connection.closed == 1,
        hint="However the block ends, the connection is closed once.",
        saw=f"after {after}, closed {connection.closed} times",
    )


@case("the block ends normally")
async def ends_normally(submission: Submission) -> None:
    connection, seen = Connection(), None
    try:
        async with submission.OrderStore(connection) as bound:
            expect(
                bound is connection and not connection.closed,
                hint="The block works with the connection, and it should be open.",
                saw=f"`as` bound an object of type {type(bound).__name__}, "
                f"closed {connection.closed} times",
            )
    except Exception as error:
        seen = error
    expect(
        seen is None,
        hint="The block raised nothing. What was there to translate?",
        saw=f"came out: {type(seen).__name__}: {seen}",
    )
    expect(
        connection.closed == 1,
        hint="The block went well, and the connection should be closed, once.",
        saw=f"closed {connection.closed} times",
    )


@case("the block raises a KeyError")
async def raises_key_error(submission: Submission) -> None:
    connection, error = Connection(), KeyError("order 17")
    seen = await leave_with(submission, connection, error)
    expect(
        seen is not None,
        hint="The KeyError disappeared, and nothing came in its place.",
        saw="the block ended as if nothing had happened",
    )
    expect(
        seen is not error,
        hint="The storage's own exception came out: it is the one to translate.",
        saw=f"came out: {seen!r}",
    )
    wanted = submission.OrderNotFound
    expect(
        type(seen) is wanted,
        hint="A KeyError should come out as an OrderNotFound.",
        saw=f"came out: {type(seen).__name__}: {seen}",
    )
    expect(
        seen.__cause__ is error,
        hint="The caller's traceback should say what the OrderNotFound *comes from*.",
        saw=f"its cause: {seen.__cause__!r}",
    )
    expect_closed(connection, "a KeyError")


@case("the block raises a subclass of KeyError")
async def raises_subclass(submission: Submission) -> None:
    error = MissingRow("order 17")
    seen = await leave_with(submission, Connection(), error)
    expect(
        type(seen) is submission.OrderNotFound and seen.__cause__ is error,
        hint="A MissingRow *is a* KeyError. How does `except KeyError` decide?",
        saw=f"came out: {type(seen).__name__}",
    )


@case("the block raises something else")
async def raises_others(submission: Submission) -> None:
    for error in (ValueError("a price"), LookupError("an index"), SystemExit(3)):
        connection, name = Connection(), type(error).__name__
        seen = await leave_with(submission, connection, error)
        expect(
            seen is not None,
            hint="This exception was none of your business, and it is gone.",
            saw=f"sent in {name}, and nothing came out",
        )
        expect(
            type(seen) is not submission.OrderNotFound,
            hint="Callers will believe that an order is missing. Was it?",
            saw=f"sent in {name}, came out OrderNotFound",
        )
        expect(
            seen is error,
            hint="An exception that you do not translate comes out as the same object.",
            saw=f"sent in {name}, came out {type(seen).__name__}: {seen}",
        )
        expect_closed(connection, f"a {name}")


@case("the task is cancelled inside the block")
async def cancelled(submission: Submission) -> None:
    connection, inside = Connection(), asyncio.Event()

    async def work() -> None:
        async with submission.OrderStore(connection):
            inside.set()
            await asyncio.sleep(3600)

    task = asyncio.create_task(work())
    await inside.wait()
    task.cancel()
    await asyncio.wait([task])
    expect(
        task.cancelled(),
        hint="A cancellation says nothing about orders: it must come out as it is.",
        saw="the cancelled task did not end as cancelled",
    )
    expect_closed(connection, "a cancellation")
