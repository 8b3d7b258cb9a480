"""All cleanup steps run to their end, whatever fails, however often cancelled."""

import asyncio
import contextlib

from asyncwith import checkpoint, run_virtual, sweep_task
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("finish_all",)

NAMES = ("log", "lease", "pool")


class Steps:
    """Three steps of two waits each, and the book of what they did."""

    def __init__(self, failing: tuple[str, ...] = (), seconds: float = 0) -> None:
        self.errors = {name: OSError(f"no {name}") for name in failing}
        self.seconds = seconds
        self.book: list[str] = []

    def step(self, name: str):
        async def run() -> None:
            self.book.append(f"{name} begins")
            for _ in range(2):
                if self.seconds:
                    await asyncio.sleep(self.seconds)
                else:
                    await checkpoint(name)
            self.book.append(f"{name} ends")
            if name in self.errors:
                raise self.errors[name]

        return run

    def all(self) -> list:
        return [self.step(name) for name in NAMES]


WANTED = [f"{name} {what}" for name in NAMES for what in ("begins", "ends")]


def expect_finished(book: list[str], how: str) -> None:
    saw = f"{how}: {', '.join(book) or 'nothing ran'}"
    expect(
        len(set(book)) == len(book),
        hint="A step was begun twice. A cancellation ends your waiting; what happened "
        "to the step that you waited for?",
        saw=saw,
    )
    begun = [line for line in book if line.endswith("begins")]
    ended = [line for line in book if line.endswith("ends")]
    expect(
        len(begun) == len(ended),
        hint="When the task ended, a step was under way, or had been cut. The task "
        "was cancelled more than once: who waits then?",
        saw=saw,
    )
    expect(
        len(ended) == len(NAMES),
        hint="Steps were left out.",
        saw=saw,
    )
    expect(
        same(book, WANTED),
        hint="In the given order, and a step begins when the one before has ended.",
        saw=saw,
    )


async def outcome_of(task: "asyncio.Task[object]") -> BaseException | None:
    """How a task ended: the very exception that left it, or None."""
    try:
        await task
    except BaseException as error:
        return error
    return None


def finish(submission: Submission, steps: Steps, cancel: tuple[float, ...] = ()):
    """Run it in virtual time, cancelled at some seconds: how and when it ended."""
    caught: list[BaseException | None] = []
    book: list[str] = []

    async def cleaning() -> None:
        try:
            await submission.finish_all(*steps.all())
        except BaseException as error:
            caught.append(error)
            raise
        finally:
            book.extend(steps.book)  # as it stands when the task ends

    async def main() -> float:
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(cleaning())
        for moment in cancel:
            await asyncio.sleep(moment - loop.time())
            task.cancel()
        await asyncio.wait([task])
        return loop.time()

    took = run_virtual(main())
    return (caught or [None])[0], took, book


def expect_cancelled(ended: object) -> None:
    expect(
        isinstance(ended, asyncio.CancelledError),
        hint="It was cancelled, and ended as if it had not been. What does whoever "
        "cancelled it wait for?"
        if ended is None
        else "It was cancelled, and another exception came out in its place.",
        saw=f"ended with {ended!r}",
    )


@case("nothing fails")
def nothing_fails(submission):
    ended, took, book = finish(submission, Steps(seconds=1))
    expect(ended is None, hint="Nothing failed, and it raised.", saw=repr(ended))
    expect_finished(book, "not cancelled")
    expect(
        took == 6,
        hint="Six waits of a second each, one after the other.",
        saw=f"{took:g} s",
    )


@case("there are no steps")
async def no_steps(submission):
    ended = await outcome_of(asyncio.create_task(submission.finish_all()))
    expect(ended is None, hint="No steps are no error.", saw=repr(ended))


@case("cancelled once, at each suspension point")
async def swept_once(submission):
    await swept(submission, twice=False)


@case("cancelled twice, at each pair of suspension points")
async def swept_twice(submission):
    await swept(submission, twice=True)


async def swept(submission: Submission, *, twice: bool) -> None:
    books: list[list[str]] = []

    async def scenario():
        steps = Steps()
        try:
            await submission.finish_all(*steps.all())
        finally:
            books.append(list(steps.book))

    report = await sweep_task(scenario, twice=twice, timeout=2)
    for book in books:
        expect_finished(book, "cancelled twice" if twice else "cancelled once")
    for outcome in report:
        how = f"cancelled at {outcome.point}" if outcome.point else "not cancelled"
        expect(
            outcome.ended != "never ended",
            hint="After a cancellation it waits for ever. What ends your loop?",
            saw=how,
        )
        expect(
            not outcome.swallowed,
            hint="It was cancelled, and ended as if it had not been. What does "
            "whoever cancelled it wait for?",
            saw=f"{how}: {outcome}",
        )
        expect(
            outcome.clean,
            hint="A CancelledError should leave it, and no task should be left.",
            saw=f"{how}: {outcome}",
        )


@case("cancelled three times in a row")
def three_times(submission):
    ended, took, book = finish(submission, Steps(seconds=1), (0.5, 1.5, 2.5))
    expect_finished(book, "cancelled three times")
    expect_cancelled(ended)
    expect(
        took == 6,
        hint="The steps take six seconds, cancelled or not.",
        saw=f"{took:g} s",
    )


@case("cancelled twice in the same moment")
def same_moment(submission):
    ended, _, book = finish(submission, Steps(seconds=1), (0.5, 0.5))
    expect_finished(book, "cancelled twice at once")
    expect_cancelled(ended)


def expect_group(group: object, wanted: list[Exception]) -> None:
    expect(
        isinstance(group, ExceptionGroup),
        hint="Several steps can fail. What holds several exceptions?",
        saw=f"{type(group).__name__}: {group}",
    )
    inside = list(group.exceptions)  # type: ignore[attr-defined]
    expect(
        len(inside) == len(wanted)
        and all(one is other for one, other in zip(inside, wanted, strict=True)),
        hint="The group holds the exceptions of the steps, all of them, in order.",
        saw=f"in the group: {inside!r}",
    )


@case("steps fail")
def steps_fail(submission):
    for failing in (("log",), ("lease",), ("pool",), ("log", "pool"), NAMES):
        steps = Steps(failing, seconds=1)
        ended, _, book = finish(submission, steps)
        expect(
            ended is not None,
            hint="A step failed, and nobody was told.",
            saw=f"failed: {', '.join(failing)}; no exception came out",
        )
        expect_finished(book, f"failed: {', '.join(failing)}")
        expect_group(ended, list(steps.errors.values()))


@case("steps fail, and it is cancelled")
def fail_and_cancelled(submission):
    for failing in (("log",), ("pool",), ("log", "pool")):
        for cancel in ((0.5,), (2.5, 4.5), (5.5,)):
            steps = Steps(failing, seconds=1)
            ended, _, book = finish(submission, steps, cancel)
            expect_finished(book, f"failed: {', '.join(failing)}; cancelled")
            expect_cancelled(ended)
            expect(
                ended.__cause__ is not None,
                hint="The cancellation leaves, and the failures are lost. What does "
                "`raise … from …` keep?",
                saw=f"failed: {', '.join(failing)}; the CancelledError has no cause",
            )
            expect_group(ended.__cause__, list(steps.errors.values()))


@case("cancelled, and nothing fails")
def cancelled_without_failures(submission):
    ended, _, _ = finish(submission, Steps(seconds=1), (0.5,))
    expect_cancelled(ended)
    expect(
        ended.__cause__ is None,
        hint="No step failed, and the cancellation has a cause.",
        saw=f"its cause: {ended.__cause__!r}",
    )


@case("a step ends with a CancelledError of its own", seconds=1)
def cancelled_step(submission):
    async def cancelled_from_inside() -> None:
        raise asyncio.CancelledError

    ended: list[BaseException | None] = []

    async def main() -> None:
        task = asyncio.create_task(submission.finish_all(cancelled_from_inside))
        if (await asyncio.wait([task], timeout=60))[0]:
            ended.append(await outcome_of(task))

    with contextlib.suppress(RuntimeError):  # the virtual loop's: it waits for ever
        run_virtual(main())
    expect(
        len(ended) == 1,
        hint="A step ended with CancelledError, though nobody cancelled you, and you "
        "go on waiting. What tells you that a task has ended?",
        saw="it never ends",
    )
    expect_cancelled(ended[0])
