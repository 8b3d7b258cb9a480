"""A hand-made loop: fair turns, results in order, and cleanup after an error."""

import asyncio

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("run_all",)


async def worker(ledger: list[str], name: str, turns: int) -> str:
    for turn in range(1, turns + 1):
        ledger.append(f"{name}{turn}")
        await asyncio.sleep(0)
    return f"{name} done"


async def holder(ledger: list[str], name: str) -> None:
    ledger.append(f"{name} acquires")
    try:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    finally:
        ledger.append(f"{name} releases")


async def fails(error: Exception) -> None:
    await asyncio.sleep(0)
    raise error


async def result_at_once() -> int:
    return 7


def run(submission: Submission, *coroutines):
    """What ``run_all`` returned, and what it raised."""
    value, error = None, None
    try:
        value = submission.run_all(*coroutines)
    except Exception as raised:
        error = raised
    for coroutine in coroutines:
        coroutine.close()
    if asyncio.iscoroutine(value):
        value.close()
        expect(
            False,
            hint="Calling it ran nothing: who should drive the loop that drives the "
            "others? `run_all` is a plain function.",
            saw="run_all returned a coroutine",
        )
    return value, error


def expect_no_error(error: Exception | None) -> None:
    expect(
        not (isinstance(error, RuntimeError) and "loop" in str(error)),
        hint="No asyncio loop is needed here. What does a loop do to a coroutine that "
        "you can do yourself?",
        saw=f"{type(error).__name__}: {error}",
    )
    expect(
        error is None,
        hint="An exception came out of `run_all`, though no coroutine raised one.",
        saw=f"{type(error).__name__}: {error}",
    )


@case("two coroutines of three turns each")
def turns(submission):
    ledger: list[str] = []
    _, error = run(submission, worker(ledger, "a", 3), worker(ledger, "b", 3))
    expect_no_error(error)
    expect(
        not same(ledger, ["a1", "a2", "a3", "b1", "b2", "b3"]),
        hint="The first coroutine had all its turns before the second had one. Where "
        "does a coroutine go that has suspended?",
        saw=" ".join(ledger),
    )
    expect(
        not same(ledger[:1], ["b1"]),
        hint="The last one had the first turn. From which end do you take?",
        saw=" ".join(ledger),
    )
    expect(
        same(ledger, ["a1", "b1", "a2", "b2", "a3", "b3"]),
        hint="Each has one turn a round, in the order in which they were given.",
        saw=" ".join(ledger) or "no coroutine ran",
    )


@case("the results of three coroutines of equal length")
def results(submission):
    ledger: list[str] = []
    value, error = run(submission, *(worker(ledger, name, 2) for name in "abc"))
    expect_no_error(error)
    expect(
        value is not None,
        hint="`run_all` returned None. Where is a coroutine's result, when `send` does "
        "not return it?",
        saw="run_all returned None",
    )
    expect(
        not same(value, [None, None, None]),
        hint="Three places, and nothing in them. What does the exception that ends a "
        "coroutine carry?",
        saw=f"run_all returned {value!r}",
    )
    expect(
        same(value, ["a done", "b done", "c done"]),
        hint="`run_all` returns the list of the three results.",
        saw=f"run_all returned {value!r}",
    )


@case("the first coroutine is the longest")
def order(submission):
    ledger: list[str] = []
    value, error = run(submission, worker(ledger, "a", 3), worker(ledger, "b", 1))
    expect_no_error(error)
    expect(
        not same(value, ["b done", "a done"]),
        hint="The results are there, in the order in which the coroutines ended. How "
        "do you remember who stood where?",
        saw=f"run_all returned {value!r}",
    )
    expect(
        same(value, ["a done", "b done"]) and same(ledger, ["a1", "b1", "a2", "a3"]),
        hint="The one that is left goes on alone, and each result keeps its place.",
        saw=f"run_all returned {value!r} after {' '.join(ledger)}",
    )


@case("the first of three ends before the others")
def neighbours(submission):
    ledger: list[str] = []
    turns = {"a": 1, "b": 2, "c": 2}
    value, error = run(submission, *(worker(ledger, *pair) for pair in turns.items()))
    expect_no_error(error)
    expect(
        same(ledger, ["a1", "b1", "c1", "b2", "c2"]),
        hint="When one ends, its neighbour loses a turn. What does a `for` loop do "
        "with a list that shrinks under it?",
        saw=" ".join(ledger),
    )
    expect(
        same(value, ["a done", "b done", "c done"]),
        hint="`run_all` returns the list of the three results.",
        saw=f"run_all returned {value!r}",
    )


@case("a coroutine that never suspends, beside one that returns None")
def at_once(submission):
    ledger: list[str] = []
    value, error = run(submission, result_at_once(), holder(ledger, "a"))
    expect_no_error(error)
    expect(
        same(value, [7, None]),
        hint="A coroutine may end at its first `send`, and None is a result too: it "
        "keeps its place.",
        saw=f"run_all returned {value!r}",
    )


@case("no coroutines")
def none(submission):
    value, error = run(submission)
    expect_no_error(error)
    expect(
        same(value, []),
        hint="No coroutines, no results: a list without items.",
        saw=f"run_all returned {value!r}",
    )


@case("one raises while two others are suspended inside a try")
def raising(submission):
    ledger: list[str] = []
    wrong = ValueError("out of bolts")
    coroutines = holder(ledger, "a"), fails(wrong), holder(ledger, "b")
    value, error = None, None
    try:
        value = submission.run_all(*coroutines)
    except Exception as raised:
        error = raised
    seen = list(ledger)
    for coroutine in coroutines:
        coroutine.close()
    expect(
        not (type(value) is list and any(part is wrong for part in value)),
        hint="The exception stands in the list like a result. It has to leave "
        "`run_all`.",
        saw=f"run_all returned {value!r}",
    )
    expect(
        error is not None,
        hint="One coroutine raised, and `run_all` returned. An error that nobody sees "
        "is the worst kind.",
        saw=f"run_all returned {value!r}",
    )
    expect(
        error is wrong,
        hint="The exception that leaves `run_all` is the one that the coroutine "
        "raised.",
        saw=f"{type(error).__name__}: {error}",
    )
    expect(
        "a releases" in seen or "b releases" in seen,
        hint="Two coroutines were left where they stood, inside a `try`. Who runs "
        "their `finally`?",
        saw=", ".join(seen),
    )
    expect(
        "a releases" in seen and "b releases" in seen,
        hint="One of the two was closed, the other was forgotten. Which coroutines "
        "have not ended when the exception comes?",
        saw=", ".join(seen),
    )
    expect(
        same(sorted(seen), ["a acquires", "a releases", "b acquires", "b releases"]),
        hint="Each of the two acquires once and releases once.",
        saw=", ".join(seen),
    )
