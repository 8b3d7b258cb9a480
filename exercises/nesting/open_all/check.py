"""Everything is opened and handed over, or nothing is left behind."""

from contextlib import suppress

from asyncwith import Shelf, ShelfError, checkpoint, sweep_task
from asyncwith.checking import Submission, case, expect, pending_tasks, same

DEFINES = ("open_all",)
LISTS = [[], ["a"], ["a", "b"], ["a", "b", "a"], ["a", "b", "c", "d", "e"]]


class Pool(Shelf):
    """A shelf whose handles are not the names, so that one is not the other."""

    def __init__(self, **faults):
        super().__init__(**faults)
        self.numbered = 0

    def fresh(self):
        return Pool(fail_acquire=self.fail_acquire, fail_release=self.fail_release)

    async def acquire(self, name):
        self.numbered += 1
        return await super().acquire(f"{name}{self.numbered}")


def handles(names):
    return [f"{name}{number}" for number, name in enumerate(names, 1)]


def expect_owner(owner):
    kind = type(owner)
    expect(
        hasattr(kind, "__aenter__") and hasattr(kind, "__aexit__"),
        hint="The caller needs an object for `async with`.",
        saw=f"open_all returned an object of type {kind.__name__}",
    )


@case("nothing fails")
async def nothing_fails(submission: Submission):
    for names in LISTS:
        pool, wanted = Pool(), handles(names)
        owner = await submission.open_all(pool, names)
        expect(
            not (pool.events and same(pool.held, [])),
            hint="The names are released before the caller sees them. Who owns the "
            "stack when `open_all` returns?",
            saw=f"{names}: {pool.events}",
        )
        expect(
            same(sorted(pool.held), sorted(wanted)),
            hint="When `open_all` returns, every name of the list is held.",
            saw=f"{names}: held: {pool.held}",
        )
        expect_owner(owner)
        async with owner:
            expect(
                same(sorted(pool.held), sorted(wanted)),
                hint="In the caller's block everything is held, once.",
                saw=f"{names}: {pool.events}",
            )
        expect(
            same(pool.held, []) and not pool.mistakes,
            hint="The caller's block is over. Each handle goes back once.",
            saw=f"{names}: held: {pool.held} {', '.join(pool.mistakes)}",
        )
        expect(
            same([line[1:] for line in pool.events[len(wanted) :]], wanted[::-1]),
            hint="The last one acquired is the first one released.",
            saw=f"{names}: {pool.events}",
        )


@case("the caller's block raises")
async def block_raises(submission: Submission):
    pool, error, seen = Pool(), KeyError("order 17"), None
    try:
        async with await submission.open_all(pool, ["a", "b"]):
            raise error
    except KeyError as caught:
        seen = caught
    expect(
        seen is error and same(pool.held, []),
        hint="The caller's block raised: everything goes back, and the exception "
        "comes out.",
        saw=f"still held: {pool.held}; came out: {seen!r}",
    )


@case("two callers at once")
async def two_callers(submission: Submission):
    first, second = Pool(), Pool()
    one = await submission.open_all(first, ["a"])
    two = await submission.open_all(second, ["b"])
    async with one:
        pass
    expect(
        same(first.held, []) and same(second.held, ["b1"]),
        hint="Two callers each got an object, and one of them closed for both.",
        saw=f"after the first had closed: held {first.held} and {second.held}",
    )
    async with two:
        pass


@case("an acquire fails")
async def acquire_fails(submission: Submission):
    for names in LISTS[1:]:
        for nth in range(1, len(names) + 1):
            pool, error = Pool(fail_acquire=nth), None
            place = f"{names}, acquire {nth} failed"
            try:
                await submission.open_all(pool, names)
            except BaseException as caught:
                error = caught
            early = handles(names)[: nth - 1]
            late = [name for name in pool.held if name not in early]
            expect(
                not late and not pending_tasks(),
                hint="One acquire failed; another succeeded a moment later, and nobody "
                "holds its handle.",
                saw=f"{place}; still held: {pool.held}",
            )
            expect(
                error is not None,
                hint="An acquire failed, and the caller was not told.",
                saw=f"{place}; open_all returned",
            )
            expect(
                same(pool.held, []),
                hint="An acquire failed, and the caller got an exception instead of an "
                "object. Who releases what had been acquired by then?",
                saw=f"{place}; still held: {pool.held}",
            )
            expect(
                isinstance(error, ShelfError) and "set to fail" in str(error),
                hint="The exception of the failed acquire should come out as it is.",
                saw=f"{place}; came out: {error!r}",
            )
            expect(
                not pool.mistakes,
                hint="Something was released that was not held.",
                saw=f"{place}; {', '.join(pool.mistakes)}",
            )


@case("a release fails")
async def release_fails(submission: Submission):
    for names in LISTS[1:]:
        for nth in range(1, len(names) + 1):
            pool, error = Pool(fail_release=nth), None
            place = f"{names}, release {nth} failed"
            owner = await submission.open_all(pool, names)
            try:
                async with owner:
                    pass
            except BaseException as caught:
                error = caught
            expect(
                same(pool.held, []) and not pool.mistakes,
                hint="One release failed. The others are still owed, once each.",
                saw=f"{place}; held: {pool.held} {', '.join(pool.mistakes)}",
            )
            expect(
                isinstance(error, ShelfError),
                hint="A release failed, and nobody was told.",
                saw=f"{place}; came out: {error!r}",
            )


@case("an acquire fails, and then a release")
async def both_fail(submission: Submission):
    names = ["a", "b", "c"]
    for nth in (1, 2):
        pool = Pool(fail_acquire=3, fail_release=nth)
        with suppress(ShelfError):
            await submission.open_all(pool, names)
        expect(
            same(pool.held, []),
            hint="While it unwound, one release failed too. What about the other?",
            saw=f"acquire 3 and release {nth} failed; still held: {pool.held}",
        )


def expect_clean(report, names):
    for outcome in report:
        place = f"{names}, cancelled at {outcome.point} ({outcome.place}): {outcome}"
        cut = outcome.place.removeprefix("releasing ").removeprefix("waiting for ")
        held = " and ".join(repr(name) for name in outcome.held)
        expect(
            not (outcome.leaks and "waiting" in outcome.place),
            hint=f"Cancelled while waiting for {cut!r}: {held} still held. "
            "What does `except Exception` not catch, and a missing guard not see?",
            saw=place,
        )
        expect(
            not (outcome.leaks and "releasing" in outcome.place),
            hint=f"Cancelled while releasing {cut!r}: {held} still held.",
            saw=place,
        )
        expect(
            not outcome.swallowed,
            hint="The cancellation disappeared: the task does not stop.",
            saw=place,
        )
        expect(
            outcome.clean,
            hint="Print the sweep of your function for this list.",
            saw=place,
        )


def scenario_of(submission, names):
    async def scenario(pool):
        async with await submission.open_all(pool, names):
            await checkpoint("in the body")

    return scenario


@case("cancelled at each suspension point")
async def swept(submission: Submission):
    for names in LISTS:
        report = await sweep_task(scenario_of(submission, names), shelf=Pool())
        expect_clean(report, names)


@case("cancelled, and cancelled again while cleaning up")
async def swept_twice(submission: Submission):
    names = ["a", "b", "c"]
    report = await sweep_task(scenario_of(submission, names), shelf=Pool(), twice=True)
    expect_clean(report, names)
