"""FIRST, SECOND and THIRD are the ledgers that the three programs really write."""

import asyncio

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("FIRST", "SECOND", "THIRD")

log: list[str] = []


async def first():
    async def worker(name):
        log.append(f"{name} begins")
        await asyncio.sleep(0)
        log.append(f"{name} ends")

    a = asyncio.create_task(worker("a"))
    b = asyncio.create_task(worker("b"))
    log.append("main waits")
    await a
    log.append("main has a")
    await b
    log.append("main has b")


async def second():
    async def from_cache():
        return "bolts"

    async def reader():
        log.append("reader asks")
        await from_cache()
        log.append("reader has it")

    async def writer():
        log.append("writer asks")
        await asyncio.sleep(0)
        log.append("writer has it")

    reading = asyncio.create_task(reader())
    writing = asyncio.create_task(writer())
    await writing
    await reading
    log.append("main ends")


async def third():
    async def holder(name):
        log.append(f"{name} acquires")
        try:
            await asyncio.sleep(3600)
            log.append(f"{name} is done")
        finally:
            log.append(f"{name} releases")

    old = asyncio.create_task(holder("old"))
    await asyncio.sleep(0)
    new = asyncio.create_task(holder("new"))
    old.cancel()
    new.cancel()
    log.append("main cancelled both")
    await asyncio.wait([old, new])
    log.append("main ends")


async def ledger(program, submission: Submission, answer: str) -> tuple[list, list]:
    """What the program wrote, and what the student says that it writes."""
    given = getattr(submission, answer)
    expect(
        type(given) is list and all(type(line) is str for line in given),
        hint=f"`{answer}` is a list of strings, one for each line of the ledger.",
        saw=f"{answer} is a {type(given).__name__}",
    )
    expect(
        len(given) > 0,
        hint="Write down the ledger that you expect, even if you are not sure.",
        saw=f"{answer} is empty",
    )
    log.clear()
    await program()
    return list(log), given


def compare(
    seen: list, given: list, answer: str, misreadings: list[tuple[bool, str]]
) -> None:
    """The two ledgers are one; if not, the first misreading that applies is named."""
    right = same(given, seen)
    hint = next((text for applies, text in misreadings if applies), None)
    number = next(
        (i for i, (g, s) in enumerate(zip(given, seen, strict=False)) if g != s),
        min(len(given), len(seen)),
    )
    expect(
        right,
        hint=hint
        or f"Up to line {number} it is as you say. Which task runs then, and "
        "until where?",
        saw=f"{answer} = {given}",
    )


def before(given: list, one: str, other: str) -> bool:
    """Both lines are given, and the one comes before the other."""
    return one in given and other in given and given.index(one) < given.index(other)


@case("two tasks that give way once each")
async def two_tasks(submission):
    seen, given = await ledger(first, submission, "FIRST")
    compare(
        seen,
        given,
        "FIRST",
        [
            (
                before(given, "a begins", "main waits"),
                "In your ledger `create_task` runs the task. Who has the thread until "
                "main reaches its first `await`?",
            ),
            (
                before(given, "a ends", "b begins"),
                "In your ledger task a runs to its end in one go. Both tasks are in "
                "the loop's queue, and a suspends in the middle: who is next?",
            ),
            (
                before(given, "b begins", "a begins"),
                "A queue: which of the two tasks was put into it first?",
            ),
            (
                before(given, "main has a", "b ends"),
                "When a ends, main is put at the back of the queue. Who stands there "
                "already?",
            ),
        ],
    )


@case("one of the two tasks awaits something that is there already")
async def cached(submission):
    seen, given = await ledger(second, submission, "SECOND")
    compare(
        seen,
        given,
        "SECOND",
        [
            (
                before(given, "writer asks", "reader asks"),
                "main awaits `writing` first. Does that decide which task the loop "
                "takes first?",
            ),
            (
                before(given, "writer asks", "reader has it"),
                "In your ledger the reader gives way at its `await`. What does "
                "`from_cache` do that could suspend it?",
            ),
        ],
    )


@case("two tasks are cancelled, one of them before its first turn")
async def cancelled(submission):
    seen, given = await ledger(third, submission, "THIRD")
    compare(
        seen,
        given,
        "THIRD",
        [
            (
                before(given, "old releases", "main cancelled both"),
                "In your ledger `cancel()` stops the task on the spot. What does it "
                "leave behind, and when does the task get it?",
            ),
            (
                "new acquires" in given or "new releases" in given,
                "Has the new task had a turn when it is cancelled?",
            ),
            (
                "old is done" in given,
                "The cancellation arrives at the `await`. Does the line after it run?",
            ),
            (
                "old releases" not in given,
                "`CancelledError` leaves the `try` block as an exception does. What "
                "stands between it and the end of the function?",
            ),
        ],
    )
