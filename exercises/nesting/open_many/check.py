"""As many resources as a list has names, under failure and cancellation."""

from asyncwith import Shelf, ShelfError, sweep_task
from asyncwith.checking import Submission, case, expect, pending_tasks, same

DEFINES = ("open_many",)
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


@case("nothing fails")
async def nothing_fails(submission: Submission):
    for names in LISTS:
        pool, wanted = Pool(), handles(names)
        async with submission.open_many(pool, names) as bound:
            expect(
                same(sorted(pool.held), sorted(wanted)),
                hint="The block needs every name of the list, as often as it is there.",
                saw=f"{names}: held in the block: {pool.held}",
            )
            expect(
                same(bound, wanted),
                hint="`as` binds a list of what each acquire returned, in order.",
                saw=f"{names}: `as` bound {bound!r}",
            )
        expect(
            same(pool.held, []) and not pool.mistakes,
            hint="The block is over. Each handle goes back once.",
            saw=f"{names}: held: {pool.held} {', '.join(pool.mistakes)}",
        )
        expect(
            same([line[1:] for line in pool.events[len(wanted) :]], wanted[::-1]),
            hint="The last one acquired is the first one released.",
            saw=f"{names}: {pool.events}",
        )


@case("the block raises")
async def block_raises(submission: Submission):
    pool, error, seen = Pool(), KeyError("order 17"), None
    try:
        async with submission.open_many(pool, ["a", "b"]):
            raise error
    except KeyError as caught:
        seen = caught
    expect(
        seen is error,
        hint="The block's exception is gone.",
        saw=f"came out: {seen!r}",
    )
    expect(
        same(pool.held, []),
        hint="The block ended with an exception, and something is still held.",
        saw=f"still held: {pool.held}",
    )


async def outcome_of(submission, pool, names):
    """How a block ended: the exception, and whether the body ran."""
    entered = False
    try:
        async with submission.open_many(pool, names):
            entered = True
    except BaseException as error:
        return error, entered
    return None, entered


@case("an acquire fails")
async def acquire_fails(submission: Submission):
    for names in LISTS[1:]:
        for nth in range(1, len(names) + 1):
            pool = Pool(fail_acquire=nth)
            error, entered = await outcome_of(submission, pool, names)
            place = f"{names}, acquire {nth} failed"
            early = handles(names)[: nth - 1]
            late = [name for name in pool.held if name not in early]
            expect(
                not late and not pending_tasks(),
                hint="One acquire failed, another succeeded after it, and nobody holds "
                "its handle.",
                saw=f"{place}; still held: {pool.held}",
            )
            expect(
                same(pool.held, []),
                hint="An acquire failed. Who knows about those before it?",
                saw=f"{place}; still held: {pool.held}",
            )
            expect(
                not entered,
                hint="An acquire failed, and the block ran all the same.",
                saw=place,
            )
            expect(
                isinstance(error, ShelfError) and "set to fail" in str(error),
                hint="The exception of the failed acquire should come out as it is.",
                saw=f"{place}; came out: {error!r}",
            )
            expect(
                not pool.mistakes,
                hint="Something was released that had not been acquired.",
                saw=f"{place}; {', '.join(pool.mistakes)}",
            )


@case("a release fails")
async def release_fails(submission: Submission):
    for names in LISTS[1:]:
        for nth in range(1, len(names) + 1):
            pool = Pool(fail_release=nth)
            error, _ = await outcome_of(submission, pool, names)
            place = f"{names}, release {nth} failed"
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


def expect_clean(report, names):
    for outcome in report:
        place = f"{names}, cancelled at {outcome.point} ({outcome.place}): {outcome}"
        expect(
            not (outcome.leaks and "waiting" in outcome.place),
            hint="Cancelled while it waits for one: those before it are held by whom?",
            saw=place,
        )
        expect(
            not (outcome.leaks and "releasing" in outcome.place),
            hint="Cancelled in the middle of the releases: what becomes of the rest?",
            saw=place,
        )
        expect(
            not outcome.swallowed,
            hint="The cancellation disappeared: the task does not stop.",
            saw=place,
        )
        expect(
            outcome.clean,
            hint="Print the sweep of your manager for this list.",
            saw=place,
        )


@case("cancelled at each suspension point")
async def swept(submission: Submission):
    for names in LISTS:
        report = await sweep_task(
            lambda pool, names=names: submission.open_many(pool, names), shelf=Pool()
        )
        expect_clean(report, names)


@case("cancelled, and cancelled again while cleaning up")
async def swept_twice(submission: Submission):
    names = ["a", "b", "c"]
    report = await sweep_task(
        lambda pool: submission.open_many(pool, names), shelf=Pool(), twice=True
    )
    expect_clean(report, names)
