"""A block that leaves tasks or connections, raises, is cancelled, or is innocent."""

import asyncio
import re
from contextlib import asynccontextmanager

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect

DEFINES = ("no_leaks",)


class Pool:
    """A pool by its numbers: `lend` and `take_back` are what asyncpg's do to them."""

    def __init__(self, size: int = 4, lent: int = 0) -> None:
        self.size, self.lent = size, lent
        self.touched = False

    def get_size(self) -> int:
        return self.size

    def get_idle_size(self) -> int:
        return self.size - self.lent

    def lend(self, count: int = 1) -> None:
        self.lent += count
        self.size = max(self.size, self.lent)

    async def release(self, connection=None) -> None:
        self.touched = True

    async def close(self) -> None:
        self.touched = True

    def terminate(self) -> None:
        self.touched = True


async def mail():
    await asyncio.sleep(60)


@asynccontextmanager
async def running(*names: str):
    """Tasks that end with the block, and not by somebody else's hand."""
    tasks = [asyncio.create_task(mail(), name=name) for name in names]
    await asyncio.sleep(1)
    try:
        yield tasks
    finally:
        ended = [task.get_name() for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
    expect(
        not ended,
        hint="It should look, and leave alone what it sees.",
        saw=f"the task {ended and ended[0]} has ended with the block",
    )


async def outcome(submission: Submission, pool: Pool, body) -> BaseException | None:
    """What leaves the block, if its body is `body`."""
    clock = asyncio.get_running_loop().time
    begun = clock()
    manager = submission.no_leaks(pool)
    expect(
        hasattr(type(manager), "__aenter__"),
        hint="`no_leaks(pool)` should be an async context manager.",
        saw=f"it returned a {type(manager).__name__}",
    )
    try:
        async with manager:
            try:
                await body()
            finally:
                begun = clock()
    except BaseException as error:
        found = error
    else:
        found = None
    expect(
        not pool.touched,
        hint="The pool is not yours: it should look, and leave alone what it sees.",
        saw="a connection was released, or the pool closed",
    )
    waited = clock() - begun
    expect(
        not isinstance(found, AssertionError) or not waited,
        hint="It should look once, at the block's end. What it waits for hides a leak.",
        saw=f"the block was over {waited} s before it was",
    )
    return found


def expect_fine(error, what: str) -> None:
    expect(
        error is None,
        hint="That block has left nothing behind. What was there before it?",
        saw=f"{what}: {type(error).__name__}: {error}",
    )


def expect_failed(error, what: str, *words: str) -> None:
    expect(
        error is not None,
        hint="Something was left behind, and the block ended as if nothing were.",
        saw=f"{what}: no exception",
    )
    expect(
        isinstance(error, AssertionError),
        hint="A test fails with an `AssertionError`.",
        saw=f"{what}: {type(error).__name__}: {error}",
    )
    missing = [word for word in words if word not in str(error)]
    expect(
        not missing,
        hint="Whoever reads the message wants to know what to look for: the tasks by "
        "name, the connections by number.",
        saw=f"{what}: {error}",
    )


@case("a block that leaves nothing")
def innocent(submission: Submission):
    async def body():
        task = asyncio.create_task(mail(), name="awaited")
        await task

    async def nothing():
        pass

    async def main():
        for each in (nothing, body):
            expect_fine(await outcome(submission, Pool(), each), each.__name__)

    run_virtual(main())


@case("a block that leaves tasks")
def tasks(submission: Submission):
    async def main():
        async with running() as started:

            async def body():
                for number in (17, 18):
                    name = f"mail {number}"
                    started.append(asyncio.create_task(mail(), name=name))

            error = await outcome(submission, Pool(), body)
            expect_failed(error, "two tasks left", "mail 17", "mail 18")
            await asyncio.sleep(1)

    run_virtual(main())


@case("a task that was there before")
def before(submission: Submission):
    async def nothing():
        pass

    async def main():
        async with running("older 1", "older 2"):
            error = await outcome(submission, Pool(), nothing)
            expect_fine(error, "two tasks ran already")
        async with running("older 1") as started:

            async def body():
                started.append(asyncio.create_task(mail(), name="newer 1"))

            error = await outcome(submission, Pool(), body)
            expect_failed(error, "one task older, one newer", "newer 1")
            expect(
                "older" not in str(error),
                hint="One of them ran before the block, and is accused.",
                saw=str(error),
            )

    run_virtual(main())


@case("an older task ends, a newer one stays")
def exchanged(submission: Submission):
    async def main():
        async with running() as started:
            older = asyncio.create_task(mail(), name="older")

            async def body():
                started.append(asyncio.create_task(mail(), name="newer"))
                older.cancel()
                await asyncio.wait([older])

            error = await outcome(submission, Pool(), body)
            expect(
                error is not None,
                hint="As many tasks as before are not the same tasks.",
                saw="one task ended, another was left: no exception",
            )
            expect_failed(error, "one ended, one left", "newer")

    run_virtual(main())


@case("a block that leaves connections")
def connections(submission: Submission):
    async def main():
        for size, lent, count in ((4, 0, 1), (4, 1, 2), (2, 2, 3), (5, 4, 1)):
            pool = Pool(size, lent)

            async def body(pool=pool, count=count):
                pool.lend(count)

            error = await outcome(submission, pool, body)
            what = f"{lent} lent before, {lent + count} after"
            expect_failed(error, what)
            expect(
                str(count) in re.findall(r"\d+", str(error)),
                hint="How many were lent *in the block*?",
                saw=f"{what}: {error}",
            )

    run_virtual(main())


@case("connections that were lent before, or came back")
def connections_before(submission: Submission):
    async def main():
        for change in (0, -1, -2):
            pool = Pool(4, 2)

            async def body(pool=pool, change=change):
                pool.lend(change)

            error = await outcome(submission, pool, body)
            expect_fine(error, f"2 lent before, {2 + change} after")
        pool = Pool(2, 0)

        async def grows():
            pool.size = 4

        expect_fine(await outcome(submission, pool, grows), "the pool grew, all idle")

    run_virtual(main())


@case("both")
def both(submission: Submission):
    async def main():
        async with running() as started:
            pool = Pool(4, 1)

            async def body():
                pool.lend(2)
                started.append(asyncio.create_task(mail(), name="mail 17"))

            error = await outcome(submission, pool, body)
            expect_failed(error, "a task and two connections", "mail 17", "2")

    run_virtual(main())


@case("the block raises, with and without a leak")
def raises(submission: Submission):
    async def main():
        for leaks in (False, True):
            for mine in (KeyError("order 17"), AssertionError("price"), TimeoutError()):
                async with running() as started:
                    pool = Pool()

                    async def body(mine=mine, leaks=leaks, pool=pool, started=started):
                        if leaks:
                            pool.lend()
                            started.append(asyncio.create_task(mail(), name="mail"))
                        raise mine

                    error = await outcome(submission, pool, body)
                    expect(
                        error is not None,
                        hint="The test has failed, and its exception is gone.",
                        saw=f"{mine!r} was raised in the block, nothing left it",
                    )
                    expect(
                        error is mine,
                        hint="The test has failed by itself, and its exception is what "
                        "the reader needs. What has replaced it?",
                        saw=f"{mine!r} was raised in the block, {error!r} left it",
                    )

    run_virtual(main())


@case("the block is cancelled")
def cancelled(submission: Submission):
    async def main():
        pool = Pool()

        async def body():
            pool.lend()
            await asyncio.sleep(60)

        async def test():
            async with submission.no_leaks(pool):
                await body()

        task = asyncio.create_task(test())
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        expect(
            task.cancelled(),
            hint="The test was cancelled, and that came out as another thing.",
            saw=f"ended with {task.exception()!r}" if not task.cancelled() else None,
        )

    run_virtual(main())


@case("one block in another")
def nested(submission: Submission):
    async def main():
        async with running() as started:
            outer = Pool()

            async def inner():
                error = await outcome(submission, Pool(), leave)
                expect_failed(error, "the inner block", "mail 17")

            async def leave():
                started.append(asyncio.create_task(mail(), name="mail 17"))

            error = await outcome(submission, outer, inner)
            expect_failed(error, "the outer block", "mail 17")

    run_virtual(main())


@case("a task is left that has the name of one from before")
def same_name(submission):
    async def main():
        async with running("mailer"):
            left = []

            async def body():
                left.append(asyncio.create_task(mail(), name="mailer"))

            ended = await outcome(submission, Pool(), body)
            for task in left:
                task.cancel()
            await asyncio.wait(left)
        expect(
            isinstance(ended, AssertionError) and "mailer" in str(ended),
            hint="Two tasks may have one name. What tells them apart?",
            saw=repr(ended),
        )

    run_virtual(main())


@case("a task is left that was told to end, and has not")
def told_to_end(submission):
    async def stubborn():
        try:
            await mail()
        finally:
            await asyncio.sleep(30)

    async def main():
        left = []

        async def body():
            left.append(asyncio.create_task(stubborn(), name="stubborn"))
            await asyncio.sleep(1)
            left[0].cancel()

        ended = await outcome(submission, Pool(), body)
        await asyncio.wait(left)
        expect(
            isinstance(ended, AssertionError) and "stubborn" in str(ended),
            hint="It was cancelled, and still runs: a cancellation is a request.",
            saw=repr(ended),
        )

    run_virtual(main())


@case("a task is left that ends at its next step")
def ends_soon(submission):
    async def soon():
        pass

    async def main():
        ran = []
        left = []
        asyncio.get_running_loop().call_soon(ran.append, "before the block")
        hint = "It waits for nothing, not even for one step of the loop: what runs in "
        hint += "that step is seen in a test, or is not, by chance."
        try:
            async with submission.no_leaks(Pool()):
                expect(not ran, hint=hint, saw=f"at its entry the loop ran {ran}")
                left.append(asyncio.create_task(soon(), name="soon over"))
            ended = None
        except AssertionError as error:
            ended = error
        await asyncio.wait(left)
        expect(
            isinstance(ended, AssertionError) and "soon over" in str(ended),
            hint=hint,
            saw=f"a task that would have ended at the next step: {ended!r}",
        )

    run_virtual(main())


@case("one block in another, and a task of the outer one")
def nested_outer(submission):
    async def main():
        left = []

        async def nothing():
            await asyncio.sleep(1)

        async def body():
            left.append(asyncio.create_task(mail(), name="of the outer block"))
            error = await outcome(submission, Pool(), nothing)
            expect_fine(error, "the inner block")

        error = await outcome(submission, Pool(), body)
        for task in left:
            task.cancel()
        await asyncio.wait(left)
        expect(
            isinstance(error, AssertionError) and "of the outer block" in str(error),
            hint="The inner block has looked, and the outer one has forgotten what it "
            "saw. Where does each keep its first look?",
            saw=f"a task was started before the inner block: {error!r}",
        )

    run_virtual(main())


@case("a block in an except clause")
def in_except(submission):
    async def main():
        left = []

        async def body():
            left.append(asyncio.create_task(mail(), name="mail 17"))

        try:
            raise KeyError("handled")
        except KeyError:
            error = await outcome(submission, Pool(), body)
        for task in left:
            task.cancel()
        await asyncio.wait(left)
        expect(
            isinstance(error, AssertionError) and "mail 17" in str(error),
            hint="Another exception is being handled around the block, and the block "
            "ended well. How do you ask which of the two it is?",
            saw=f"a task was left, in an `except` clause: {error!r}",
        )

    run_virtual(main())
