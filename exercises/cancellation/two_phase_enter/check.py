"""A lease in two phases is given up before the task ends, however it is cut."""

from asyncwith import Report, checkpoint, sweep_task
from asyncwith.checking import Submission, case, expect, pending_tasks, same

DEFINES = ("Lease",)

KEY = "order 17"


class Refused(Exception):
    """The store says no."""


class Store:
    """Reserves early, releases late, and keeps the book of what it was asked."""

    def __init__(self, refuse: str = "") -> None:
        self.refuse = refuse
        self.keys: set[str] = set()
        self.confirmed: set[str] = set()
        self.calls: list[str] = []

    async def reserve(self, key: str) -> None:
        self.calls.append("reserve")
        if self.refuse == "reserve":
            await checkpoint("the refusal of reserve")
            raise Refused("reserve")
        self.keys.add(key)
        await checkpoint("the answer of reserve")

    async def confirm(self, key: str) -> None:
        self.calls.append("confirm")
        await checkpoint("the answer of confirm")
        if self.refuse == "confirm":
            raise Refused("confirm")
        self.confirmed.add(key)

    async def release(self, key: str) -> None:
        self.calls.append("release")
        await checkpoint("release is sent")
        await checkpoint("the answer of release")
        self.keys.discard(key)
        self.confirmed.discard(key)


async def use(submission: Submission, store: Store, error: Exception | None = None):
    """Use a lease: what `as` bound, and what the store held in the block."""
    async with submission.Lease(store, KEY) as bound:
        held = sorted(store.keys), sorted(store.confirmed)
        await checkpoint("in the block")
        if error is not None:
            raise error
    return bound, held


async def swept(submission: Submission, *, twice: bool, refuse: str = "") -> Report:
    """Sweep a use; what the store holds at the very end of the task is a leak."""
    left: list[str] = []

    async def scenario():
        store = Store(refuse)
        try:
            await use(submission, store)
        finally:
            left.extend(store.keys)
            expect(
                store.calls.count("release") < 2,
                hint="Each cancellation has sent another release. Where is it made, "
                "and where is it waited for?",
                saw=f"the store was asked: {', '.join(store.calls)}",
            )

    def leaked() -> list[str]:
        found = list(left)
        left.clear()
        return found

    return await sweep_task(
        scenario, leaked=leaked, twice=twice, raises=Refused, timeout=2
    )


def expect_clean(report: Report) -> None:
    for outcome in report:
        place = f"cancelled at {outcome.point} ({outcome.place}): {outcome}"
        expect(
            outcome.ended != "never ended",
            hint="After a cancellation it waits for ever. What ends your loop?",
            saw=place,
        )
        again = isinstance(outcome.point, tuple)
        expect(
            not (outcome.held and outcome.place == "the answer of reserve"),
            hint="Cancelled while the answer of `reserve` travels. Does the store "
            "know that you have gone, and does your guard?",
            saw=place,
        )
        expect(
            not (outcome.held and outcome.place == "the answer of confirm"),
            hint="Cancelled in the second phase, and the first still stands. Which "
            "`except` hears of a cancellation?",
            saw=place,
        )
        expect(
            not (outcome.held and (again or "release" in outcome.place)),
            hint="The release was cut, or was still under way when the task ended. "
            "Who waits for it, and how often?",
            saw=place,
        )
        expect(
            not outcome.leaks,
            hint="Print what the store was asked to do in this run.",
            saw=place,
        )
        expect(
            not outcome.swallowed,
            hint="The cancellation disappeared: whoever cancelled the task waits for "
            "it to stop.",
            saw=place,
        )
        expect(
            outcome.clean,
            hint="It ended with something else than what ended it.",
            saw=place,
        )


@case("nothing fails")
async def nothing_fails(submission):
    store = Store()
    bound, held = await use(submission, store)
    expect(
        same(held, ([KEY], [KEY])),
        hint="In the block the key is reserved and confirmed.",
        saw=f"reserved {held[0]}, confirmed {held[1]}",
    )
    expect(
        same(bound, KEY),
        hint="`as` should bind the key.",
        saw=f"`as` bound an object of type {type(bound).__name__}",
    )
    expect(
        not store.keys,
        hint="The block is over: the key should be free.",
        saw=f"the store was asked: {', '.join(store.calls)}",
    )
    expect(
        same(store.calls, ["reserve", "confirm", "release"]),
        hint="Three calls are enough when nothing fails.",
        saw=f"the store was asked: {', '.join(store.calls)}",
    )


@case("the block raises")
async def block_raises(submission):
    store, error, seen = Store(), KeyError(KEY), None
    try:
        await use(submission, store, error)
    except KeyError as caught:
        seen = caught
    expect(
        seen is error,
        hint="The block's KeyError is gone. What does the exit return?",
        saw="the block ended as if nothing had happened",
    )
    expect(
        not store.keys,
        hint="An exception left the key reserved.",
        saw=f"the store was asked: {', '.join(store.calls)}",
    )


async def refused(submission: Submission, phase: str) -> Store:
    store, seen = Store(phase), None
    try:
        await use(submission, store)
    except Refused as caught:
        seen = caught
    expect(
        seen is not None and "release" not in str(seen),
        hint=f"The store refused to {phase}, and the block was entered all the same.",
        saw=f"the store was asked: {', '.join(store.calls)}",
    )
    return store


@case("the store refuses to reserve")
async def reserve_refused(submission):
    store = await refused(submission, "reserve")
    expect(
        "confirm" not in store.calls,
        hint="Without a reservation there is nothing to confirm.",
        saw=f"the store was asked: {', '.join(store.calls)}",
    )


@case("the store refuses to confirm")
async def confirm_refused(submission):
    store = await refused(submission, "confirm")
    expect(
        not store.keys,
        hint="The second phase was refused. Who gives up the first?",
        saw=f"still reserved; the store was asked: {', '.join(store.calls)}",
    )


@case("cancelled at each suspension point")
async def cancelled_once(submission):
    expect_clean(await swept(submission, twice=False))


@case("cancelled, and cancelled again while cleaning up")
async def cancelled_twice(submission):
    expect_clean(await swept(submission, twice=True))


@case("refused, and cancelled while cleaning up")
async def refused_and_cancelled(submission):
    expect_clean(await swept(submission, twice=True, refuse="confirm"))


@case("nothing is left running")
async def nothing_left(submission):
    await use(submission, Store())
    left = pending_tasks()
    expect(
        not left,
        hint="The block has ended, and a task of yours has not.",
        saw=f"{len(left)} tasks still running",
    )
