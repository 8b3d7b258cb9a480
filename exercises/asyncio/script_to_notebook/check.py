"""A cell that starts tasks leaves none behind, loses no error, and runs in a loop."""

import asyncio
import inspect

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("cell",)


NOT_AWAITABLE = -1


class Audits:
    """Audits that take given seconds each; those named in ``errors`` fail."""

    def __init__(self, seconds: dict[str, float], errors: dict[str, Exception]) -> None:
        self.seconds, self.errors = seconds, errors
        self.began: list[str] = []
        self.running: list[str] = []
        self.peak = 0  # audits that ran at the same time
        self.ledger: list[str] = []

    async def audit(self, item: str) -> None:
        self.began.append(item)
        self.running.append(item)
        self.peak = max(self.peak, len(self.running))
        self.ledger.append(f"{item} begins")
        try:
            await asyncio.sleep(self.seconds[item])
            if item in self.errors:
                # Whoever starts the task may not look at it: no word of it, ever.
                task = asyncio.current_task()
                task.add_done_callback(lambda end: end.cancelled() or end.exception())
                raise self.errors[item]
        finally:
            self.running.remove(item)
            self.ledger.append(f"{item} ends")

    def record(self, line: str) -> None:
        self.ledger.append(line)


def observe(submission: Submission, seconds: dict[str, float], errors=None):
    """Await the cell: the audits, what came out, what was left, seconds taken."""
    audits = Audits(seconds, errors or {})
    expect(
        not hasattr(asyncio, "_nest_patched"),
        hint="nest-asyncio makes `asyncio.run` work and awaits nothing for you; the "
        "chapter's box says what it costs. No patch is needed: restart, and await.",
        saw="asyncio is patched in this process",
    )

    async def main():
        loop, before = asyncio.get_running_loop(), asyncio.all_tasks()
        error = None
        try:
            awaitable = submission.cell(list(seconds), audits.audit, audits.record)
            if not inspect.isawaitable(awaitable):
                return awaitable, NOT_AWAITABLE, 0
            await awaitable
        except Exception as raised:
            error = raised
        took = loop.time()
        left = [task for task in asyncio.all_tasks() - before if not task.done()]
        running = len(left)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
        return error, running, took

    error, running, took = run_virtual(main())
    expect(
        running != NOT_AWAITABLE,
        hint="The notebook says `await cell(…)`. What must `cell` be for that?",
        saw=f"cell returned a {type(error).__name__}, which cannot be awaited",
    )
    text = f"{type(error).__name__}: {error}"
    expect(
        not (isinstance(error, RuntimeError) and "asyncio.run()" in str(error)),
        hint="A loop is running in a notebook before your cell begins, and "
        "`asyncio.run` wants to start one. What does the chapter write instead?",
        saw=text,
    )
    expect(
        not (isinstance(error, RuntimeError) and "loop is" in str(error)),
        hint="A second loop cannot run beside the one that is running, however it is "
        "made. The one that is there will drive your coroutine.",
        saw=text,
    )
    expect(
        not (isinstance(error, TypeError) and "await" in str(error)),
        hint="A task can be awaited, a collection of tasks cannot. Await each of "
        "them, or something that waits for several.",
        saw=text,
    )
    return audits, error, running, took


def expect_none_left(running: int, took: float, seconds: dict[str, float]) -> None:
    still = f"{running} of {len(seconds)} audits still running after {took:g} s"
    expect(
        not (running and took == 0),
        hint="The cell returned at once, with its audits still running. What they "
        "print or raise now reaches nobody. Who awaits them?",
        saw=still,
    )
    expect(
        not (running and took in seconds.values()),
        hint="The cell waited for one of its audits and returned with others running. "
        "Which of the tasks did you keep?",
        saw=still,
    )
    expect(
        not running,
        hint="The cell waited for some time, and its audits needed more. No number is "
        "large enough. Wait for the audits, not for the clock.",
        saw=still,
    )


QUICK = {"bolts": 0.25, "nuts": 0.25, "screws": 0.25}
SLOW = {"bolts": 60, "nuts": 90, "screws": 30}


def expect_good_run(submission: Submission, seconds: dict[str, float]) -> None:
    audits, error, running, took = observe(submission, seconds)
    expect(
        error is None,
        hint="An exception came out of `cell`, though no audit raised one.",
        saw=f"{type(error).__name__}: {error}",
    )
    expect_none_left(running, took, seconds)
    expect(
        same(sorted(audits.began), sorted(seconds)),
        hint="Each item is audited once.",
        saw=f"audited: {', '.join(audits.began) or 'nothing'}",
    )
    expect(
        audits.peak > 1,
        hint="Each audit began when the one before had ended. Does the next one have "
        "to wait until you have awaited this one?",
        saw=f"{took:g} s, and the slowest audit takes {max(seconds.values()):g} s",
    )
    expect(
        same(audits.ledger[:1], ["all audits started"]),
        hint='`record("all audits started")` comes when all are started and none has '
        "run a line yet. When does the loop get its first turn?",
        saw=", ".join(audits.ledger),
    )
    expect(
        same(audits.ledger[-1:], ["cell ends"]),
        hint='`record("cell ends")` is the last line, after every audit has ended.',
        saw=", ".join(audits.ledger),
    )
    expect(
        took == max(seconds.values()),
        hint="Every audit has ended, and the cell goes on waiting. For what?",
        saw=f"{took:g} s, and the slowest audit takes {max(seconds.values()):g} s",
    )


@case("three quick audits")
def quick(submission):
    expect_good_run(submission, QUICK)


@case("three slow audits, the first and the last not the slowest")
def slow(submission):
    expect_good_run(submission, SLOW)


def expect_failure(submission: Submission, failing: tuple[str, ...]) -> None:
    errors = {item: ValueError(f"{item} miscounted") for item in failing}
    audits, error, running, _ = observe(submission, SLOW, errors)
    inside = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
    expect(
        error is not None,
        hint="An audit failed, and the cell ended as if all were well. Which call "
        "brings a task's exception out?",
        saw="no exception came out",
    )
    expect(
        any(one is raised for one in inside for raised in errors.values()),
        hint="The exception that leaves `cell` is one that an audit raised.",
        saw=f"{type(error).__name__}: {error}",
    )
    expect(
        not running,
        hint="The exception left the cell while other audits were running. Wait until "
        "all have ended; then let it out.",
        saw=f"{running} still running when {type(error).__name__} came out",
    )
    expect(
        "cell ends" not in audits.ledger,
        hint='`record("cell ends")` says that all went well. It did not.',
        saw=", ".join(audits.ledger),
    )


@case("the audit of the bolts fails")
def one_fails(submission):
    expect_failure(submission, ("bolts",))


@case("the audit of the screws, which ends first, fails")
def first_to_end_fails(submission):
    expect_failure(submission, ("screws",))


@case("all three audits fail")
def all_fail(submission):
    expect_failure(submission, ("bolts", "nuts", "screws"))


@case("there are no items")
def no_items(submission):
    audits, error, _, _ = observe(submission, {})
    expect(
        error is None,
        hint="A list without items is no error. Does what you call accept no tasks?",
        saw=f"{type(error).__name__}: {error}",
    )
    expect(
        same(audits.ledger, ["all audits started", "cell ends"]),
        hint="Both lines are recorded, with items and without.",
        saw=", ".join(audits.ledger) or "nothing recorded",
    )
