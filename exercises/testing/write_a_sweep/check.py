"""Coroutines that are clean, leak, swallow and never end, and what the sweep says."""

from asyncio import CancelledError
from contextlib import suppress

from asyncwith import Shelf, checkpoint
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("swept",)


async def no_points(shelf):
    shelf.held.append("not waited for")


async def one_point(shelf):
    await checkpoint("work")


async def clean(shelf):
    await shelf.acquire("a")
    try:
        await checkpoint("work")
        await checkpoint("more work")
    finally:
        await shelf.release("a")


async def leaks(shelf):
    await shelf.acquire("a")
    await checkpoint("work")
    await shelf.release("a")


async def two(shelf):
    await shelf.acquire("a")
    await shelf.acquire("b")
    try:
        await checkpoint("work")
    finally:
        await shelf.release("b")
        await shelf.release("a")


async def long_cleanup(shelf):
    await shelf.acquire("a")
    try:
        await checkpoint("work")
    finally:
        for _ in range(20):
            await checkpoint("say goodbye")
        await shelf.release("a")


async def swallows(shelf):
    with suppress(CancelledError):
        await checkpoint("work")
    await checkpoint("more work")


async def replaces(shelf):
    try:
        await checkpoint("work")
    except CancelledError:
        raise OSError("connection lost") from None


async def exits(shelf):
    try:
        await checkpoint("work")
    except CancelledError:
        raise SystemExit(1) from None


async def survives(shelf):
    while True:
        try:
            await checkpoint("work")
            return
        except CancelledError:
            await shelf.acquire("again")


async def never_ends(shelf):
    try:
        await checkpoint("work")
    except CancelledError:
        while True:
            await checkpoint("wait for a friend")


async def never_ends_and_holds(shelf):
    await shelf.acquire("a")
    await never_ends(shelf)


async def replaces_and_holds(shelf):
    await shelf.acquire("a")
    await replaces(shelf)


async def leaks_two(shelf):
    await shelf.acquire("a")
    await shelf.acquire("b")


async def longer_cleanup(shelf):
    try:
        await checkpoint("work")
    finally:
        for _ in range(95):
            await checkpoint("say goodbye")


async def too_long_cleanup(shelf):
    try:
        await checkpoint("work")
    finally:
        for _ in range(150):
            await checkpoint("say goodbye")


async def gives_up(shelf):
    await checkpoint("work")
    raise CancelledError("by itself")


async def fails(shelf):
    await checkpoint("work")
    raise KeyError("order 17")


def said(submission: Submission, use) -> object:
    """What swept says; its exceptions are for the reader."""
    try:
        return submission.swept(use)
    except StopIteration:
        found = "StopIteration"
    except (CancelledError, SystemExit) as error:
        found = type(error).__name__
    expect(
        False,
        hint="An exception of the coroutine came out of `swept`. Which of `send` and "
        "`throw` tells you about an end, and how?",
        saw=f"{use.__name__}: {found}",
    )
    return found


def expect_said(submission: Submission, use, wanted: list[str], hint: str) -> None:
    found = said(submission, use)
    expect(
        type(found) is list,
        hint="`swept` is a plain function and returns a list, a word for each point.",
        saw=f"{use.__name__}: {found!r}",
    )
    expect(same(found, wanted), hint=hint, saw=f"{use.__name__}: {found}, not {wanted}")


@case("no suspension point, and one")
def few_points(submission):
    hint = "One word for each suspension point: how many are there?"
    expect_said(submission, no_points, [], hint)
    expect_said(submission, one_point, ["clean"], hint)


@case("each run begins anew")
def begins_anew(submission):
    shelves: list[Shelf] = []

    async def use(shelf):
        shelves.append(shelf)
        await shelf.acquire("a")
        await shelf.release("a")

    expect_said(
        submission,
        use,
        ["clean", "clean"],
        "The release is a point like any other, and the lab's `release` has given "
        "back the name when it suspends.",
    )
    expect(
        all(type(shelf) is Shelf for shelf in shelves)
        and len({id(shelf) for shelf in shelves}) == len(shelves),
        hint="Each run gets a `Shelf` of its own: what one run leaves behind is not "
        "the next one's.",
        saw=f"{len(shelves)} runs, {len({id(shelf) for shelf in shelves})} shelves",
    )


@case("a coroutine that is clean at each point")
def clean_at_each(submission):
    expect_said(
        submission,
        clean,
        ["clean"] * 4,
        "It waits four times: for the acquire, twice in its block, for the release. "
        "Each run is cancelled at one of them, and the next run knows nothing of it.",
    )


@case("a cleanup that takes its time")
def takes_its_time(submission):
    found = said(submission, long_cleanup)
    wanted = ["clean", "clean", *["leaks"] * 20, "clean"]
    expect(
        same(found, wanted),
        hint="At the second point the cleanup begins, and it suspends. Had it ended "
        "when you looked?",
        saw=f"long_cleanup: {found}",
    )


@case("a coroutine that leaks at one of its points")
def leaks_at_one(submission):
    hint = "Where was it cancelled, and what was held when it had ended?"
    expect_said(submission, leaks, ["clean", "leaks", "clean"], hint)
    expect_said(submission, two, ["clean", "leaks", "clean", "leaks", "clean"], hint)


@case("a coroutine that swallows the cancellation")
def swallows_it(submission):
    expect_said(
        submission,
        swallows,
        ["swallows", "clean"],
        "It was cancelled, and went on to its end. By what do you know an end that is "
        "not the CancelledError?",
    )
    for use in (replaces, exits):
        expect_said(
            submission,
            use,
            ["swallows"],
            "It was cancelled, and another exception came out. What becomes of that?",
        )
    expect_said(
        submission,
        survives,
        ["swallows"],
        "It was cancelled, went on, and holds something. That is not a leak of a "
        "cancelled task: which of the words comes first?",
    )


@case("a coroutine that does not end any more")
def does_not_end(submission):
    expect_said(
        submission,
        never_ends,
        ["swallows"],
        "It goes on for ever after its cancellation. How many steps do you give it?",
    )


@case("a coroutine that fails by itself")
def fails_by_itself(submission):
    try:
        found = said(submission, fails)
    except KeyError:
        found = KeyError
    expect(
        found is KeyError,
        hint="Nobody had cancelled it when it raised: that is an error of the "
        "coroutine, and its author wants to see it.",
        saw=f"fails: swept returned {found!r}",
    )


@case("a coroutine that ends in another way, and holds something")
def holds_something(submission):
    for use in (replaces_and_holds, never_ends_and_holds):
        expect_said(
            submission,
            use,
            ["clean", "swallows"],
            "What is held matters where the CancelledError came out. Did it?",
        )


@case("a coroutine that leaks two names")
def two_names(submission):
    async def ends(shelf):
        await leaks_two(shelf)
        await checkpoint("work")

    expect_said(
        submission,
        ends,
        ["clean", "leaks", "leaks"],
        "Two names are out at its last point. What do you ask the shelf?",
    )


@case("a cleanup of 95 steps")
def almost_too_long(submission):
    expect_said(
        submission,
        longer_cleanup,
        ["clean"] * 96,
        "The text allows a cleanup 100 steps. How many do you?",
    )


@case("a coroutine that raises CancelledError by itself")
def cancels_itself(submission):
    try:
        found = submission.swept(gives_up)
    except CancelledError:
        found = CancelledError
    expect(
        found is CancelledError,
        hint="It raised a CancelledError before you threw one: that is no end of the "
        "sweep, but something of the coroutine's own.",
        saw=f"gives_up: swept returned {found!r}",
    )


@case("a cleanup of 150 steps")
def too_long(submission):
    expect_said(
        submission,
        too_long_cleanup,
        ["swallows", *["clean"] * 150],
        "After 100 further steps it was not over. What does the text call that?",
    )
