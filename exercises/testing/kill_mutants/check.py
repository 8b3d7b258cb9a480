"""examine passes the right manager, and fails each of ten mutants."""

from asyncio import CancelledError
from contextlib import asynccontextmanager, suppress

from asyncwith import checkpoint
from asyncwith.checking import Submission, case, expect, pending_tasks

DEFINES = ("examine",)


@asynccontextmanager
async def right(shelf, name):
    await shelf.acquire(name)
    try:
        yield name
    finally:
        await shelf.release(name)


class AlsoRight:
    """The same, as a class."""

    def __init__(self, shelf, name):
        self.shelf, self.name = shelf, name

    async def __aenter__(self):
        await self.shelf.acquire(self.name)
        return self.name

    async def __aexit__(self, *details):
        await self.shelf.release(self.name)


@asynccontextmanager
async def acquires_nothing(shelf, name):
    yield name


@asynccontextmanager
async def binds_nothing(shelf, name):
    async with right(shelf, name):
        yield


@asynccontextmanager
async def never_releases(shelf, name):
    await shelf.acquire(name)
    yield name


@asynccontextmanager
async def no_finally(shelf, name):
    await shelf.acquire(name)
    yield name
    await shelf.release(name)


@asynccontextmanager
async def swallows(shelf, name):
    with suppress(Exception):
        async with right(shelf, name):
            yield name


@asynccontextmanager
async def misses_the_cancellation(shelf, name):
    await shelf.acquire(name)
    try:
        yield name
    except Exception:
        await shelf.release(name)
        raise
    else:
        await shelf.release(name)


@asynccontextmanager
async def swallows_the_cancellation(shelf, name):
    with suppress(CancelledError):
        async with right(shelf, name):
            yield name


@asynccontextmanager
async def acquires_another_name(shelf, name):
    await shelf.acquire(f"not {name}")
    try:
        yield name
    finally:
        await shelf.release(f"not {name}")


@asynccontextmanager
async def releases_at_once(shelf, name):
    await shelf.acquire(name)
    await shelf.release(name)
    yield name


@asynccontextmanager
async def raises_another_exception(shelf, name):
    async with right(shelf, name):
        try:
            yield name
        except Exception as error:
            raise type(error)("about the block's exception") from error


@asynccontextmanager
async def takes_its_time(shelf, name):
    await shelf.acquire(name)
    try:
        yield name
    finally:
        try:
            for _ in range(5):
                await checkpoint("finish what was begun")
        finally:
            await shelf.release(name)


async def verdict(submission: Submission, lent) -> str:
    """What examine says of a manager: passed, or the name of what it raised."""

    def lent_(shelf, name):
        return lent(shelf, name)

    try:
        await submission.examine(lent_)
    except AssertionError:
        return "AssertionError"
    except (CancelledError, KeyboardInterrupt):
        raise
    except BaseException as error:
        return type(error).__name__
    return "passed"


async def killed(submission: Submission, mutant, hint: str) -> None:
    said = await verdict(submission, mutant)
    expect(said != "passed", hint=hint, saw=f"{mutant.__name__} survives")
    expect(
        said == "AssertionError",
        hint="A mutant was found, but by accident: state with `assert` what must hold.",
        saw=f"{mutant.__name__}: examine raised {said}",
    )


@case("the right manager")
async def right_passes(submission):
    for lent in (right, AlsoRight):
        said = await verdict(submission, lent)
        expect(
            said == "passed",
            hint="This manager does what the text says, and your test is red.",
            saw=f"{lent.__name__}: examine raised {said}",
        )
        expect(
            not pending_tasks(),
            hint="Your test has ended, and a task of yours has not.",
            saw=f"{len(pending_tasks())} tasks still running",
        )


@case("a mutant that acquires nothing")
async def kills_acquires_nothing(submission):
    hint = "Nothing is ever held, so nothing is left over. Where do you look?"
    await killed(submission, acquires_nothing, hint)


@case("a mutant that binds nothing")
async def kills_binds_nothing(submission):
    hint = "The block gets `None`. What does the text say about `as`?"
    await killed(submission, binds_nothing, hint)


@case("a mutant that never releases")
async def kills_never_releases(submission):
    hint = "The name is out for ever. What do you look at when the block is over?"
    await killed(submission, never_releases, hint)


@case("a mutant without finally")
async def kills_no_finally(submission):
    hint = "It releases when the block ends well. How else can a block end?"
    await killed(submission, no_finally, hint)


@case("a mutant that swallows exceptions")
async def kills_swallows(submission):
    hint = "The block's exception never comes out. Does your test notice its absence?"
    await killed(submission, swallows, hint)


@case("a mutant that misses the cancellation")
async def kills_misses_the_cancellation(submission):
    hint = "It releases after every `Exception`. What ends a block and is not one?"
    await killed(submission, misses_the_cancellation, hint)


@case("a mutant that swallows the cancellation")
async def kills_swallows_the_cancellation(submission):
    hint = "The task is cancelled, and ends as if it were finished. Who would notice?"
    await killed(submission, swallows_the_cancellation, hint)


@case("a mutant that acquires another name")
async def kills_acquires_another_name(submission):
    hint = "Something is held in the block. Is it what was asked for?"
    await killed(submission, acquires_another_name, hint)


@case("a mutant that releases at once")
async def kills_releases_at_once(submission):
    hint = "It acquires, it releases, and then comes the block. When do you look?"
    await killed(submission, releases_at_once, hint)


@case("a mutant that raises another exception")
async def kills_raises_another_exception(submission):
    hint = "An exception comes out of the block. Is it the one that you raised?"
    await killed(submission, raises_another_exception, hint)


@case("the right manager, after the mutants")
async def right_passes_again(submission):
    for lent in (right, AlsoRight):
        said = await verdict(submission, lent)
        expect(
            said == "passed",
            hint="The same manager was right before, and now your test is red. What "
            "does it keep from one run to the next?",
            saw=f"{lent.__name__}: examine raised {said}",
        )


@case("a right manager that takes its time")
async def slow_passes(submission):
    said = await verdict(submission, takes_its_time)
    expect(
        said == "passed",
        hint="This manager is right, and needs a few steps before it releases. How do "
        "you know that a cancelled task has ended?",
        saw=f"examine raised {said}",
    )
