"""Some lines of a stream are read, and its file is closed at once."""

from asyncwith import Shelf, checkpoint, sweep
from asyncwith.checking import Submission, case, expect, pending_tasks, same

DEFINES = ("first_lines",)

LINES = ["tea", "", "salt", "bread"]


class Broken(Exception):
    """What a stream raises that is set to fail."""


class File:
    """A stream of lines, of a class, that holds a file until it is closed."""

    def __init__(self, shelf: Shelf, lines=LINES, *, fail_at: int | None = None):
        self.shelf, self.lines, self.fail_at = shelf, list(lines), fail_at
        self.asked, self.closed = 0, False

    def __aiter__(self):
        return self

    async def __anext__(self):
        self.asked += 1
        if self.asked == 1:
            await self.shelf.acquire("file")
        if self.asked == self.fail_at:
            raise Broken(f"line {self.asked}")
        if self.asked > len(self.lines):
            raise StopAsyncIteration
        line = self.lines[self.asked - 1]
        await checkpoint(f"reading line {self.asked}")
        return line

    async def aclose(self):
        self.closed = True
        if self.shelf.held:
            await self.shelf.release("file")


async def generator(file: File):
    """The same stream as an async generator."""
    try:
        async for line in file:
            yield line
    finally:
        await file.aclose()


def expect_closed(shelf: Shelf, how: str) -> None:
    expect(
        not shelf.held,
        hint="`first_lines` has ended, and the file is open. Who closes the stream, "
        "and on which ways out?",
        saw=f"{how}: the file is still open",
    )


async def read(submission: Submission, n: int, lines=LINES):
    """Read from both kinds of stream; each is known to be closed afterwards."""
    for kind in (generator, lambda file: file):
        file = File(Shelf(), lines)
        stream = kind(file)
        try:
            found = await submission.first_lines(stream, n)
        except StopAsyncIteration:
            found = "StopAsyncIteration"
        expect(
            same(found, list(lines)[:n]),
            hint="It should return the first n lines, or all that there are.",
            saw=f"{len(lines)} lines, n is {n}: {found!r}",
        )
        expect(
            file.asked <= min(n, len(lines) + 1),
            hint="It asked for a line that it does not return. When do you know that "
            "you have enough?",
            saw=f"n is {n}, and the stream was asked {file.asked} times",
        )
        expect_closed(file.shelf, f"{len(lines)} lines, n is {n}")
        expect(
            file.closed or stream is not file,
            hint="It has ended, and the stream was not closed. Who says that a stream "
            "holds nothing before its first line?",
            saw=f"n is {n}, and the stream's aclose() was not called",
        )
        expect(
            not pending_tasks(),
            hint="It has ended, and a task of yours has not. Wait for the close.",
            saw=f"{len(pending_tasks())} tasks still running",
        )


@case("two lines of four")
async def two_of_four(submission: Submission) -> None:
    await read(submission, 2)


@case("all lines, and more than there are")
async def all_lines(submission: Submission) -> None:
    for n in (3, 4, 5, 9):
        await read(submission, n)


@case("an empty stream")
async def empty(submission: Submission) -> None:
    await read(submission, 3, lines=())


@case("no lines")
async def none(submission: Submission) -> None:
    await read(submission, 0)


@case("the stream fails")
async def stream_fails(submission: Submission) -> None:
    file = File(Shelf(), fail_at=2)
    raised = False
    try:
        await submission.first_lines(file, 3)
    except Broken:
        raised = True
    expect(
        raised,
        hint="The stream failed, and the caller takes what it got for everything.",
        saw="the second line raised, and nothing came out",
    )
    expect_closed(file.shelf, "the second line raised")


@case("cancelled at each suspension point")
def cancelled(submission: Submission) -> None:
    for n in (2, 9):

        async def scenario(shelf, n=n):
            await submission.first_lines(File(shelf), n)

        try:
            report = sweep(scenario)
        except RuntimeError as error:
            expect(
                "event loop" not in str(error),
                hint="The check drives your code by hand here, without an event loop. "
                "A stream is closed by awaiting that: which task or timeout did "
                "you add?",
                saw="a task, a future or a timeout",
            )
            raise
        for outcome in report:
            how = f"cancelled {outcome.place}" if outcome.point else "not cancelled"
            expect(
                not outcome.held,
                hint="`first_lines` was cancelled, and the file is open. What kind of "
                "exception is a cancellation?",
                saw=f"{how}: the file is still open",
            )
            expect(
                not outcome.swallowed,
                hint="It was cancelled, and returned as if it had not been.",
                saw=how,
            )
