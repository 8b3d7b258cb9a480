"""The source runs under its name, the reader under its own, whoever closes it."""

import asyncio
from contextvars import Context

from asyncwith import checkpoint, run_virtual
from asyncwith.checking import Submission, case, expect, pending_tasks, same

DEFINES = ("tagged", "label")


class Source:
    """A stream of three items, and the book of the labels it saw."""

    def __init__(
        self, submission: Submission, fail: int = 0, slow: int = 0, values=(1, 2, 3)
    ):
        self.label = submission.label
        self.fail, self.slow, self.values = fail, slow, values
        self.cleanup_fails = False
        self.steps: list[str] = []
        self.cleanup: list[str] = []
        self.tasks: list[object] = []

    async def items(self):
        try:
            for number, value in enumerate(self.values, 1):
                self.steps.append(self.label.get())
                self.tasks.append(asyncio.current_task())
                if number == self.slow:
                    await asyncio.sleep(3600)
                await checkpoint("load")
                self.steps.append(self.label.get())
                if number == self.fail:
                    raise OSError("no page")
                yield value
        finally:
            self.cleanup.append(self.label.get())
            await checkpoint("close")
            self.cleanup.append(self.label.get())
            if self.cleanup_fails:
                raise OSError("no goodbye")


async def run(main) -> None:
    """Run a part of a case in a task and a context of its own."""
    await asyncio.create_task(main(), context=Context())


def expect_reader(submission: Submission, wanted: str, when: str) -> None:
    seen = submission.label.get()
    hint = (
        "The reader's label is not its own. What of yours is still set while you are "
        "suspended at the `yield`, or after an exception?"
        if seen == "stream"
        else "The reader's label is another one than it was, or than the reader set it "
        "to. Which value did you put there, and whose was it?"
    )
    expect(same(seen, wanted), hint=hint, saw=f"{when}: {seen!r}, not {wanted!r}")


def expect_source(source: Source, steps: int, cleaned: bool = True) -> None:
    expect(
        same(source.steps, ["stream"] * steps),
        hint="The source runs under its own name, in each of its steps.",
        saw=f"in its steps it saw {source.steps}",
    )
    if cleaned:
        expect(
            bool(source.cleanup),
            hint="The stream was closed, and its source was not. Who closes it?",
            saw="the source's cleanup has not begun",
        )
        expect(
            same(source.cleanup, ["stream"] * 2),
            hint="The source was closed, but not to the end and under its name. A "
            "cleanup is a step of it, too.",
            saw=f"in its cleanup it saw {source.cleanup}",
        )


@case("it is read to the end")
async def to_the_end(submission):
    source, seen = Source(submission), []

    async def main() -> None:
        expect(
            same(submission.label.get(), "reader"),
            hint="Leave `label` as it stands in the starter.",
            saw="its default is another one",
        )
        submission.label.set("page")
        async for item in submission.tagged("stream", source.items()):
            seen.append(item)
            expect_reader(submission, "page", f"at item {item}")
        expect_reader(submission, "page", "after the end")

    await run(main)
    expect(
        same(seen, [1, 2, 3]),
        hint="All items, in their order, and then the end.",
        saw=f"the items {seen}",
    )
    expect_source(source, 6)


@case("the reader closes it after one item")
async def closed_early(submission):
    source = Source(submission)

    async def main() -> None:
        submission.label.set("page")
        stream = submission.tagged("stream", source.items())
        await anext(stream)
        expect_reader(submission, "page", "after one item")
        await stream.aclose()
        expect_reader(submission, "page", "after closing")
        expect_source(source, 2)

    await run(main)


@case("another task closes it")
async def closed_elsewhere(submission):
    source, errors = Source(submission), []

    async def closes(stream) -> None:
        submission.label.set("closer")
        try:
            await stream.aclose()
        except ValueError as error:
            errors.append(type(error).__name__)
        expect_reader(submission, "closer", "in the task that closed it")

    async def main() -> None:
        submission.label.set("page")
        stream = submission.tagged("stream", source.items())
        await anext(stream)
        await asyncio.create_task(closes(stream))
        expect_reader(submission, "page", "in the reader's task")

    await run(main)
    expect(
        not errors,
        hint="Another task closes the stream, and a token is reset that it did not "
        "make. How long do you hold a token?",
        saw=f"{', '.join(errors)} from aclose()",
    )
    expect_source(source, 2)


@case("the reader changes its own label")
async def reader_sets(submission):
    source = Source(submission)

    async def main() -> None:
        submission.label.set("page")
        async for item in submission.tagged("stream", source.items()):
            submission.label.set(f"item {item}")
        expect_reader(submission, "item 3", "after the end")

    await run(main)
    expect_source(source, 6)


@case("the source fails")
async def source_fails(submission):
    source, caught = Source(submission, fail=2), []

    async def main() -> None:
        submission.label.set("page")
        try:
            async for _ in submission.tagged("stream", source.items()):
                pass
        except OSError as error:
            caught.append(str(error))
        expect_reader(submission, "page", "after the error")

    await run(main)
    expect(
        same(caught, ["no page"]),
        hint="The source failed, and its reader was not told.",
        saw="no OSError came out",
    )
    expect_source(source, 4)


@case("items that look like nothing")
async def falsy_items(submission):
    values, seen = [0, None, ""], []

    async def main() -> None:
        source = Source(submission, values=values)
        async for item in submission.tagged("stream", source.items()):
            seen.append(item)

    await run(main)
    expect(
        same(seen, values),
        hint="`None` is an item like any other. How else can a stream say that it has "
        "ended?",
        saw=f"{values!r}: {seen!r}",
    )


@case("the cleanup of the source fails")
async def cleanup_fails(submission):
    source, caught = Source(submission), []
    source.cleanup_fails = True

    async def main() -> None:
        submission.label.set("page")
        stream = submission.tagged("stream", source.items())
        await anext(stream)
        try:
            await stream.aclose()
        except OSError as error:
            caught.append(str(error))
        expect_reader(submission, "page", "after a cleanup that failed")

    await run(main)
    expect(
        same(caught, ["no goodbye"]),
        hint="The source's cleanup failed, and who closed the stream was not told.",
        saw="no OSError came out",
    )


@case("two tasks read by turns")
async def by_turns(submission):
    source = Source(submission)

    async def reads(stream, name: str) -> None:
        submission.label.set(name)
        await anext(stream)
        expect_reader(submission, name, f"in {name}")

    async def main() -> None:
        submission.label.set("page")
        stream = submission.tagged("stream", source.items())
        for name in ("ada", "bob", "eve"):
            await asyncio.create_task(reads(stream, name))
        expect_reader(submission, "page", "in the task that made the stream")
        await stream.aclose()

    await run(main)
    expect_source(source, 6)


@case("a timeout cuts the source")
def cut(submission):
    source = Source(submission, slow=2)

    async def main() -> None:
        submission.label.set("page")
        try:
            async with asyncio.timeout(60):
                async for _ in submission.tagged("stream", source.items()):
                    pass
        except TimeoutError:
            expect_reader(submission, "page", "after the timeout")
        else:
            expect(False, hint="A cancellation must pass.", saw="no TimeoutError")

    run_virtual(main())
    expect_source(source, 3)


@case("who runs the source")
async def in_the_readers_task(submission):
    source, readers = Source(submission), []

    async def main() -> None:
        readers.append(asyncio.current_task())
        async for _ in submission.tagged("stream", source.items()):
            pass

    await run(main)
    expect(
        bool(source.tasks) and all(task is readers[0] for task in source.tasks),
        hint="The source runs in a task of its own. It may hold a timeout or a lock of "
        "its reader's task; can you set the label without a task?",
        saw="the source ran in another task than its reader",
    )
    expect(not pending_tasks(), hint="A task of yours is left over.", saw="a task")
