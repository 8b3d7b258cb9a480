"""Two resources are acquired and released under cancellation and failure."""

from asyncwith import Report, Shelf, sweep
from asyncwith.checking import Submission, case, expect, same
from asyncwith.shelf import ShelfError

DEFINES = ("LockedConnection",)


@case("nothing fails")
async def nothing_fails(submission: Submission) -> None:
    shelf = Shelf()
    async with submission.LockedConnection(shelf) as bound:
        expect(
            same(shelf.held, ["connection", "lock"]),
            hint="The body needs both, acquired in this order: connection, lock.",
            saw=f"held in the body: {shelf.held}",
        )
        expect(
            same(bound, ("connection", "lock")),
            hint="`as` should bind the two names as a tuple.",
            saw=f"`as` bound an object of type {type(bound).__name__}",
        )
    expect(
        same(shelf.held, []),
        hint="The block is over: both should be back.",
        saw=f"still held: {shelf.held}",
    )
    expect(
        same(shelf.events[2:], ["-lock", "-connection"]),
        hint="What was acquired last is released first.",
        saw=f"the shelf's book: {shelf.events}",
    )


@case("the block raises")
async def block_raises(submission: Submission) -> None:
    shelf, error, seen = Shelf(), KeyError("order 17"), None
    try:
        async with submission.LockedConnection(shelf):
            raise error
    except KeyError as caught:
        seen = caught
    expect(
        seen is error,
        hint="The block's KeyError is gone. What does the exit return?",
        saw="the block ended as if nothing had happened",
    )
    expect(
        same(shelf.held, []),
        hint="An exception left something behind.",
        saw=f"still held: {shelf.held}",
    )


@case("the second acquire fails")
async def second_acquire_fails(submission: Submission) -> None:
    shelf, entered, seen = Shelf(fail_acquire="lock"), False, None
    try:
        async with submission.LockedConnection(shelf):
            entered = True
    except ShelfError as caught:
        seen = caught
    expect(
        not entered,
        hint="The body ran without its lock. What should follow the clean-up?",
        saw="the second acquire failed, and the block was entered",
    )
    expect(
        same(shelf.held, []),
        hint="The second step failed. Who knows about the first one?",
        saw=f"still held: {shelf.held}",
    )
    expect(
        same(shelf.mistakes, []),
        hint="You released more than you had.",
        saw=", ".join(shelf.mistakes),
    )
    expect(
        seen is not None and seen.__class__ is ShelfError and "acquire" in str(seen),
        hint="The error of the failed acquire should come out.",
        saw=f"came out: {seen!r}",
    )


@case("the first acquire fails")
async def first_acquire_fails(submission: Submission) -> None:
    shelf, entered = Shelf(fail_acquire="connection"), False
    try:
        async with submission.LockedConnection(shelf):
            entered = True
    except ShelfError:
        pass
    expect(
        not entered and same(shelf.events, []) and same(shelf.mistakes, []),
        hint="The first step failed: there is nothing to give back, nor to go on with.",
        saw=f"the shelf's book: {shelf.events} {', '.join(shelf.mistakes)}",
    )


def expect_clean(report: Report) -> None:
    """State that nothing is held or swallowed at any point of a sweep."""
    for outcome in report:
        place = f"cancelled at {outcome.point} ({outcome.place}): {outcome}"
        expect(
            not (outcome.leaks and outcome.place == "waiting for lock"),
            hint="Cancelled between the steps. Which `except` hears of a cancellation?",
            saw=place,
        )
        expect(
            not (outcome.leaks and outcome.place == "releasing lock"),
            hint="The exit was cut short in its first half. What about the second?",
            saw=place,
        )
        expect(
            not outcome.swallowed,
            hint="The cancellation disappeared: the task does not stop.",
            saw=place,
        )
        expect(
            outcome.clean,
            hint="Print `sweep(LockedConnection)` for this one.",
            saw=place,
        )


@case("cancelled at each suspension point")
def swept(submission: Submission) -> None:
    expect_clean(sweep(submission.LockedConnection))


@case("cancelled, and cancelled again while cleaning up")
def swept_twice(submission: Submission) -> None:
    expect_clean(sweep(submission.LockedConnection, twice=True))


@case("a release fails")
async def release_fails(submission: Submission) -> None:
    for name in ("lock", "connection"):
        shelf, seen = Shelf(fail_release=name), None
        try:
            async with submission.LockedConnection(shelf):
                pass
        except ShelfError as caught:
            seen = caught
        expect(
            same(shelf.held, []) and same(shelf.mistakes, []),
            hint="One release complained, and the other is still owed, once.",
            saw=f"the release of {name} failed; still held: {shelf.held}"
            f" {', '.join(shelf.mistakes)}",
        )
        expect(
            seen is not None,
            hint="A release complained, and nobody was told.",
            saw=f"the release of {name} failed, and no exception came out",
        )
