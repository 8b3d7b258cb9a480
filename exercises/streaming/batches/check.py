"""Batches are complete, lists of their own, on time, and close their stream."""

from contextlib import aclosing

from asyncwith import Shelf, checkpoint, sweep
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("batches",)


class Broken(Exception):
    """What a stream raises that is set to fail."""


class Rows:
    """A stream of numbers from 1 on that holds a connection of the shelf."""

    def __init__(self, count: int, shelf=None, *, fail_at=None, values=None):
        self.shelf, self.asked = shelf or Shelf(), 0
        self.stream = self.read(values or range(1, count + 1), fail_at)

    async def read(self, values, fail_at):
        self.asked = 1
        await self.shelf.acquire("connection")
        try:
            for number, value in enumerate(values, 1):
                if number == fail_at:
                    raise Broken(str(number))
                await checkpoint(f"row {number}")
                yield value
                self.asked += 1
        finally:
            await self.shelf.release("connection")


def begin(submission: Submission, rows: Rows, size: int):
    generator = submission.batches(rows.stream, size)
    usable = hasattr(type(generator), "__anext__") and hasattr(generator, "aclose")
    if hasattr(generator, "close") and not usable:
        generator.close()  # a coroutine: it would warn that nobody awaited it
    expect(
        usable,
        hint="`batches` should be an async generator: an `async def` with a `yield`.",
        saw=f"it returned a {type(generator).__name__}",
    )
    return generator


def cut(count: int, size: int) -> list[list[int]]:
    numbers = range(1, count + 1)
    return [list(numbers[i : i + size]) for i in range(0, count, size)]


async def read_all(batches) -> list[object]:
    kept = []
    try:
        async for batch in batches:
            kept.append(batch)
    except RuntimeError as error:
        expect(
            "StopAsyncIteration" not in str(error),
            hint="At its end a stream raises `StopAsyncIteration`. That must not leave "
            "a generator.",
            saw=f"{kept!r}, then RuntimeError: {error}",
        )
        raise
    return kept


@case("streams of all lengths")
async def all_lengths(submission: Submission) -> None:
    for size in (1, 2, 3):
        for count in range(8):
            rows = Rows(count)
            kept = await read_all(begin(submission, rows, size))
            saw = f"{count} rows, size {size}: {kept!r}"
            if not same(kept, cut(count, size)):
                expect(
                    all(isinstance(batch, list) for batch in kept),
                    hint="A batch is a list.",
                    saw=saw,
                )
                expect(
                    all(kept),
                    hint="A batch is empty. Was it so when you handed it out, or was "
                    "it changed later?",
                    saw=saw,
                )
                expect(
                    sum(len(batch) for batch in kept) == count,
                    hint="Each row belongs to one batch. Which ones are missing, and "
                    "where does the stream end?",
                    saw=saw,
                )
                expect(
                    False,
                    hint="The rows should be cut into lists of that size, in order.",
                    saw=saw,
                )
            expect(
                not rows.shelf.held,
                hint="The stream was read to its end, and is open.",
                saw=saw,
            )


@case("rows that look like nothing")
async def falsy_rows(submission: Submission) -> None:
    values = [0, None, "", None, False]
    kept = await read_all(begin(submission, Rows(5, values=values), 2))
    expect(
        same(kept, [[0, None], ["", None], [False]]),
        hint="`None` is a row like any other. How else can a stream say that it has "
        "ended?",
        saw=f"{values!r} by two: {kept!r}",
    )


async def leave_early(rows: Rows, batches, taken: int) -> RuntimeError | None:
    for _ in range(taken):
        await anext(batches)
    try:
        await batches.aclose()
    except RuntimeError as error:
        return error
    return None


@case("the reader leaves early")
async def early(submission: Submission) -> None:
    for taken in (1, 2, 3):
        rows = Rows(7)
        error = await leave_early(rows, begin(submission, rows, 3), taken)
        expect(
            error is None,
            hint="Closing your generator failed. What must a generator not do any "
            "more once it is being closed?",
            saw=f"closed after batch {taken}: RuntimeError: {error}",
        )
        expect(
            not rows.shelf.held,
            hint="Your generator is closed, and the stream that it reads is open. An "
            "`async for` does not own it; who does?",
            saw=f"closed after batch {taken}: the connection is still held",
        )


@case("the reader takes its time")
async def on_time(submission: Submission) -> None:
    rows = Rows(7)
    async with aclosing(begin(submission, rows, 3)) as batches:
        for wanted in (3, 6):
            await anext(batches)
            expect(
                rows.asked == wanted,
                hint="A batch is due when it is complete. When do you ask for the row "
                "after it?",
                saw=f"batch {wanted // 3} of 3 rows each, and the stream was asked "
                f"{rows.asked} times",
            )


@case("the stream fails")
async def stream_fails(submission: Submission) -> None:
    for fail_at, wanted in ((1, 0), (3, 1), (4, 1), (5, 2)):
        rows, kept, raised = Rows(9, fail_at=fail_at), [], None
        try:
            async for batch in begin(submission, rows, 2):
                kept.append(batch)
        except (Broken, RuntimeError) as error:
            raised = error
        saw = f"row {fail_at} raised; the reader got {kept!r}"
        expect(
            raised is not None,
            hint="The stream failed, and the reader takes what it got for everything.",
            saw=saw,
        )
        expect(
            isinstance(raised, Broken),
            hint="The stream's own exception should come out.",
            saw=f"{saw}, then {raised!r}",
        )
        expect(
            same(kept, cut(2 * wanted, 2)),
            hint="A batch that was interrupted is not complete.",
            saw=saw,
        )


@case("cancelled at each suspension point")
def cancelled(submission: Submission) -> None:
    kept = []  # a reference remains, so that only a close closes

    async def scenario(shelf):
        rows = Rows(5, shelf)
        kept.append(rows)
        async with aclosing(begin(submission, rows, 2)) as batches:
            async for _ in batches:
                await checkpoint("the reader works")

    try:
        report = sweep(scenario)
    except RuntimeError as error:
        expect(
            "event loop" not in str(error),
            hint="The check drives your code by hand here, without an event loop. A "
            "stream is closed by awaiting that: which task or timeout did you add?",
            saw="a task, a future or a timeout",
        )
        raise
    for outcome in report:
        how = f"cancelled, {outcome.place}" if outcome.point else "not cancelled"
        expect(
            not outcome.held,
            hint="The reader was cancelled, and the stream is open. Who closes it?",
            saw=f"{how}: the connection is still held",
        )
        expect(
            outcome.clean,
            hint="A cancellation should pass through your generator.",
            saw=f"{how}: {outcome}",
        )
