"""A connection delivers and closes however its block ends, and hides nothing."""

import asyncio

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("Connection",)


class Post:
    """Takes messages; each takes a turn of the loop to arrive."""

    def __init__(self) -> None:
        self.delivered: list[str] = []
        self.connection = None
        self.too_late = 0

    async def deliver(self, message: str) -> None:
        await asyncio.sleep(0)
        self.delivered.append(message)
        if self.connection is not None and self.connection.is_open is not True:
            self.too_late += 1


async def leave_with(
    submission: Submission, post: Post, messages: tuple[str, ...], error: BaseException
) -> tuple[BaseException | None, bool]:
    """What comes out of a block that `error` ends, and whether it is open."""
    connection = submission.Connection(post.deliver)
    seen = None
    try:
        async with connection:
            for message in messages:
                connection.send(message)
            raise error
    except BaseException as caught:
        seen = caught
    return seen, bool(connection.is_open)


@case("the block ends normally")
async def ends_normally(submission: Submission) -> None:
    post = Post()
    post.connection = connection = submission.Connection(post.deliver)
    expect(
        connection.is_open is False,
        hint="A connection that nobody entered is not open.",
        saw=f"before the block, open: {bool(connection.is_open)}",
    )
    async with connection as bound:
        expect(
            bound is connection and connection.is_open is True,
            hint="`as` binds the connection, and it is open in the block.",
            saw=f"`as` bound an object of type {type(bound).__name__}",
        )
        connection.send("hello")
        connection.send("goodbye")
    expect(
        len(post.delivered) > 0,
        hint="The block is over and no message was delivered. Did `close()` run?",
        saw=f"delivered: {post.delivered}",
    )
    expect(
        same(post.delivered, ["hello", "goodbye"]) and connection.is_open is False,
        hint="The block is over: everything is delivered, in order, and it is closed.",
        saw=f"delivered: {post.delivered}; open: {bool(connection.is_open)}",
    )
    expect(
        post.too_late == 0,
        hint="Messages were delivered over a connection that was closed already.",
        saw=f"delivered after closing: {post.too_late} of 2",
    )


@case("a KeyError ends the block, and no message waits")
async def raises_without_messages(submission: Submission) -> None:
    error = KeyError("order 17")
    seen, is_open = await leave_with(submission, Post(), (), error)
    expect(
        seen is error,
        hint="The block's KeyError is gone. Should this exit ever swallow one?",
        saw=f"came out: {seen!r}",
    )
    expect(not is_open, hint="A block that fails is left as well.", saw="still open")


@case("a KeyError ends the block, and messages wait")
async def raises_with_messages(submission: Submission) -> None:
    post, error = Post(), KeyError("order 17")
    seen, is_open = await leave_with(submission, post, ("hello", "goodbye"), error)
    expect(
        seen is not None,
        hint="Without messages the KeyError came out, with two it does not. "
        "Which value differs?",
        saw="the block ended as if nothing had happened",
    )
    expect(
        seen is error and not is_open and same(post.delivered, ["hello", "goodbye"]),
        hint="After a failure, too, all is delivered, and the block's error comes out.",
        saw=f"came out: {seen!r}; delivered: {post.delivered}; open: {is_open}",
    )


@case("the task is cancelled inside the block")
async def cancelled(submission: Submission) -> None:
    post, inside = Post(), asyncio.Event()

    async def work() -> None:
        async with submission.Connection(post.deliver) as connection:
            connection.send("hello")
            inside.set()
            await asyncio.sleep(3600)

    task = asyncio.create_task(work())
    await inside.wait()
    task.cancel()
    await asyncio.wait([task])
    expect(
        task.cancelled() and same(post.delivered, ["hello"]),
        hint="A cancelled block is a block that is left: close, and let it go on.",
        saw=f"cancelled: {task.cancelled()}; delivered: {post.delivered}",
    )


@case("somebody calls `close()` and uses the number")
async def close_is_kept(submission: Submission) -> None:
    post = Post()
    connection = submission.Connection(post.deliver)
    connection.send("hello")
    connection.send("goodbye")
    count = await connection.close()
    expect(
        same(count, 2) and same(post.delivered, ["hello", "goodbye"]),
        hint="`close()` was right, and others count on what it returns.",
        saw=f"close() returned an object of type {type(count).__name__}",
    )
    count = await connection.close()
    expect(
        same(count, 0) and same(post.delivered, ["hello", "goodbye"]),
        hint="A message is delivered once, however often the connection is closed.",
        saw=f"after a second close(): {post.delivered}",
    )
