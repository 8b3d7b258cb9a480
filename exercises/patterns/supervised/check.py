"""Workers that fail, return and take their time, beside a block."""

import asyncio
from typing import NamedTuple

from asyncwith import run_virtual
from asyncwith.checking import case, expect, same

DEFINES = ("supervised",)

DAY = 24 * 3600.0


def clock() -> float:
    return asyncio.get_running_loop().time()


class Worker:
    """Runs `seconds` each time, then raises, `fails` times; then runs on.

    It keeps a book of its starts, and takes `cleanup` seconds to stop.
    """

    def __init__(
        self, seconds=1.0, fails=0, *, returns=False, cleanup=0.0, broken=None
    ):
        self.seconds, self.fails, self.returns = seconds, fails, returns
        self.cleanup, self.broken = cleanup, broken
        self.starts: list[float] = []
        self.errors: list[Exception] = []
        self.running = 0
        self.over = False  # the case has ended, and would wait for it

    async def __call__(self) -> None:
        if self.over:
            return
        self.starts.append(round(clock(), 3))
        self.running += 1
        try:
            if len(self.starts) <= self.fails:
                await asyncio.sleep(self.seconds)
                error = OSError(f"failure {len(self.starts)}")
                self.errors.append(error)
                raise error
            if self.returns:
                await asyncio.sleep(self.seconds)
                return
            try:
                await asyncio.sleep(10 * DAY)
            finally:
                if self.cleanup:
                    await asyncio.sleep(self.cleanup)
                if self.broken is not None and not self.over:
                    raise self.broken
        finally:
            self.running -= 1


class Seen(NamedTuple):
    """When the block's body and the block ended, with what, and what was left."""

    body: float
    took: float
    ended: BaseException | None
    left: int

    def __str__(self) -> str:
        how = "normally" if self.ended is None else f"with {self.ended!r}"
        return f"the body ended at {self.body:g} s, the block at {self.took:g} s, {how}"


def coroutine_functions(workers):
    def function(worker):
        async def work():
            return await worker()

        return work

    return [function(worker) for worker in workers]


def run(submission, *workers, body=100.0, error=None, cancel=(), **options):
    """Run a block with workers beside it, in virtual time."""
    stopped = [-1.0]

    async def service():
        functions = coroutine_functions(workers)
        async with submission.supervised(*functions, **options):
            try:
                await asyncio.sleep(body)
                if error is not None:
                    raise error
            finally:
                stopped[0] = round(clock(), 3)

    async def main():
        task = asyncio.create_task(service())
        for moment in cancel:
            await asyncio.sleep(moment - clock())
            task.cancel()
        await asyncio.wait([task], timeout=20 * DAY)
        if not task.done():
            for worker in workers:
                worker.over = True
            task.cancel()
            return Seen(stopped[0], clock(), RuntimeError("never ends"), 0)
        others = asyncio.all_tasks() - {task, asyncio.current_task()}
        left = sum(worker.running for worker in workers) or len(others)
        ended = asyncio.CancelledError() if task.cancelled() else task.exception()
        return Seen(stopped[0], round(clock(), 3), ended, left)

    return run_virtual(main())


def flat(error: object) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [inner for one in error.exceptions for inner in flat(one)]
    return [] if error is None else [error]


def holds(group: object, wanted: list[Exception]) -> bool:
    found = flat(group)
    return len(found) == len(wanted) and all(
        any(one is other for other in found) for one in wanted
    )


def expect_ended(seen: Seen) -> None:
    expect(
        str(seen.ended) != "never ends" and seen.took <= seen.body + 10,
        hint="The block is over, and is not left. Whom does it wait for, and what are "
        "they doing?",
        saw=str(seen),
    )
    expect(
        seen.left <= 0,
        hint="The block is left, and a worker still runs. You asked it to stop; who "
        "waits until it has?",
        saw=f"{seen}; still running: {seen.left}",
    )


def expect_normal(seen: Seen) -> None:
    expect_ended(seen)
    expect(
        seen.ended is None,
        hint="The block ended well, and so did its workers. What is raised there?",
        saw=str(seen),
    )


def expect_given_up(seen: Seen, moment: float, errors: list[Exception]) -> None:
    expect_ended(seen)
    expect(
        seen.ended is not None,
        hint="A worker failed too often, and nobody was told.",
        saw=str(seen),
    )
    expect(
        isinstance(seen.ended, ExceptionGroup),
        hint="A worker failed too often: an ExceptionGroup with its failures should "
        "leave the block.",
        saw=str(seen),
    )
    expect(
        seen.body == moment,
        hint="A worker is given up after its failure number `restarts + 1`; then the "
        "block is cancelled at once.",
        saw=f"{seen}; expected at {moment:g} s",
    )
    expect(
        holds(seen.ended, errors),
        hint="All failures that made the worker be given up should be in the group, "
        "and no others.",
        saw=f"in the group: {flat(seen.ended)!r}; expected: {errors!r}",
    )


@case("nothing fails")
def nothing_fails(submission):
    workers = Worker(), Worker()
    seen = run(submission, *workers)
    expect_normal(seen)
    expect(seen.body == 100, hint="The block was disturbed.", saw=str(seen))
    starts = [worker.starts for worker in workers]
    expect(
        same(starts, [[0.0], [0.0]]),
        hint="Each worker should be started once, when the block is entered.",
        saw=f"started at {starts}",
    )


@case("no workers")
def no_workers(submission):
    expect_normal(run(submission, body=1))


@case("the workers take five seconds to stop")
def slow_to_stop(submission):
    for end in ({}, {"error": KeyError("order 17")}, {"cancel": (50,)}):
        seen = run(submission, Worker(cleanup=5), Worker(cleanup=5), **end)
        expect_ended(seen)
        expect(
            seen.took == seen.body + 5,
            hint="Two workers take five seconds each, at the same time.",
            saw=str(seen),
        )


@case("a worker returns")
def returns(submission):
    done, other = Worker(returns=True), Worker()
    seen = run(submission, done, other)
    expect_normal(seen)
    expect(
        same(done.starts, [0.0]),
        hint="A worker that returns has done its work.",
        saw=f"started at {done.starts}",
    )
    expect(seen.body == 100, hint="The block was disturbed.", saw=str(seen))


@case("a worker fails three times, then runs")
def recovers(submission):
    worker, other = Worker(2, fails=3), Worker()
    seen = run(submission, worker, other)
    expect_normal(seen)
    expect(
        same(worker.starts, [0.0, 3.0, 6.0, 9.0]),
        hint="A worker that fails is started again, `pause` seconds later.",
        saw=f"it fails after 2 s each time, and was started at {worker.starts}",
    )
    expect(
        same(other.starts, [0.0]),
        hint="One worker failed; the other one should not notice.",
        saw=f"the other one was started at {other.starts}",
    )


@case("a worker fails and fails")
def given_up(submission):
    worker, other = Worker(2, fails=99), Worker(cleanup=5)
    seen = run(submission, worker, other, body=DAY)
    expect_given_up(seen, 11, worker.errors)
    expect(
        seen.took == 16,
        hint="The other worker takes five seconds to stop, and its cleanup was cut. "
        "How often was it cancelled?",
        saw=str(seen),
    )


@case("other numbers")
def options(submission):
    for restarts, pause, moment in ((0, 1, 2), (1, 10, 14), (5, 0.5, 14.5)):
        worker = Worker(2, fails=99)
        options = {"restarts": restarts, "pause": pause}
        seen = run(submission, worker, body=DAY, **options)
        expect_given_up(seen, moment, worker.errors)
        expect(
            len(worker.starts) == restarts + 1,
            hint="`restarts` says how often a worker is started again.",
            saw=f"restarts={restarts}, and it was started {len(worker.starts)} times",
        )


@case("a worker fails once an hour")
def once_an_hour(submission):
    worker = Worker(3600, fails=20)
    seen = run(submission, worker, body=DAY)
    expect(
        seen.ended is None and len(worker.starts) == 21,
        hint="It failed once an hour, and was given up. Which failures count? (An hour "
        "of the event loop's time.)",
        saw=f"{seen}; started {len(worker.starts)} times",
    )
    expect_normal(seen)


@case("old failures and new ones")
def old_and_new(submission):
    class Two(Worker):
        """Fails twice, works for a while, then fails and fails."""

        async def __call__(self):
            self.seconds = 100 if len(self.starts) == 2 else 2
            await super().__call__()

    worker = Two(fails=99)
    seen = run(submission, worker, body=DAY)
    expect_given_up(seen, 115, worker.errors[2:])


@case("failures just within the period, and just not")
def edge_of_the_period(submission):
    worker = Worker(19, fails=99)
    seen = run(submission, worker, body=DAY, restarts=2, period=41)
    expect_given_up(seen, 59, worker.errors)
    worker = Worker(19, fails=10)
    seen = run(submission, worker, body=DAY, restarts=2, period=40)
    expect_normal(seen)
    worker = Worker(19, fails=10)
    expect_normal(run(submission, worker, body=DAY))  # 60 seconds, if you do not say


@case("a worker whose own task group fails")
def group_inside(submission):
    class Grouped(Worker):
        async def __call__(self):
            async with asyncio.TaskGroup() as group:
                group.create_task(super().__call__())

    worker = Grouped(2, fails=3)
    seen = run(submission, worker)
    expect(
        len(worker.starts) == 4 and seen.ended is None,
        hint="A worker failed with an ExceptionGroup, which is an Exception, and was "
        "given up at once. (Before Python 3.13 a task group that has failed leaves "
        "`cancelling()` at 1.)",
        saw=f"{seen}; started {len(worker.starts)} times",
    )


@case("two workers, each of which fails twice")
def counts_apart(submission):
    workers = Worker(2, fails=2), Worker(3, fails=2), Worker(2.5, fails=2)
    seen = run(submission, *workers, restarts=2)
    expect(
        seen.ended is None,
        hint="No worker failed too often. Whose failures did you count together?",
        saw=str(seen),
    )
    expect_normal(seen)


@case("the block raises")
def block_raises(submission):
    error = KeyError("order 17")
    seen = run(submission, Worker(), body=5, error=error)
    expect_ended(seen)
    expect(
        holds(seen.ended, [error]),
        hint="The block's exception should come out, as it is or in a group.",
        saw=str(seen),
    )


@case("the block is cancelled")
def cancelled(submission):
    for worker in (Worker(cleanup=2), Worker(2, fails=2), Worker(returns=True)):
        seen = run(submission, worker, cancel=(2.5,))
        expect_ended(seen)
        expect(
            isinstance(seen.ended, asyncio.CancelledError),
            hint="Whoever cancelled the service waits for a CancelledError.",
            saw=str(seen),
        )


@case("the block ends during a pause")
def ends_in_a_pause(submission):
    worker = Worker(2, fails=99)
    seen = run(submission, worker, body=7, pause=10, restarts=5)
    expect_normal(seen)
    expect(
        seen.took == 7,
        hint="The block is over, and it waits for a pause.",
        saw=str(seen),
    )


@case("a worker's cleanup fails")
def cleanup_fails(submission):
    error = OSError("not flushed")
    for end in ({}, {"body": 5, "error": KeyError("order 17")}):
        seen = run(submission, Worker(cleanup=1, broken=error), Worker(), **end)
        expect_ended(seen)
        expect(
            any(one is error for one in flat(seen.ended)),
            hint="A worker's cleanup raised at the end, and the exception is lost. Who "
            "asks a task how it ended?",
            saw=str(seen),
        )
        expect(
            len(flat(seen.ended)) == 1 + len(end) // 2,
            hint="What came out should be what went wrong, and nothing else.",
            saw=str(seen),
        )


@case("a worker is given up, and another's cleanup fails")
def given_up_and_cleanup(submission):
    for cleanup in (0, 1):
        error = OSError("not flushed")
        worker, other = Worker(2, fails=99), Worker(cleanup=cleanup, broken=error)
        seen = run(submission, worker, other, body=DAY, restarts=1)
        expect_ended(seen)
        expect(
            holds(seen.ended, [*worker.errors, error]),
            hint="One worker was given up, and another one's cleanup raised. All of "
            "that should be in the group.",
            saw=str(seen),
        )


@case("two workers fail and fail")
def two_given_up(submission):
    first, second = Worker(2, fails=99), Worker(2, fails=99)
    seen = run(submission, first, second, body=DAY, restarts=1)
    expect_ended(seen)
    found = flat(seen.ended)
    whole = [
        all(any(one is error for one in found) for error in worker.errors)
        for worker in (first, second)
    ]
    expect(
        isinstance(seen.ended, ExceptionGroup) and any(whole),
        hint="All failures that made a worker be given up should be in the group.",
        saw=str(seen),
    )


@case("the same function, twice")
def same_function_twice(submission):
    worker = Worker(2, fails=6)
    (function,) = coroutine_functions([worker])

    async def main():
        try:
            async with submission.supervised(function, function):
                await asyncio.sleep(100)
        except ExceptionGroup as group:
            return group
        return None

    ended = run_virtual(main())
    expect(
        same(worker.starts[:2], [0.0, 0.0]),
        hint="One function was given twice: two workers are to run it.",
        saw=f"started at {worker.starts}",
    )
    expect(
        ended is None and len(worker.starts) == 8,
        hint="One function was given twice, and each of the two workers failed three "
        "times. Each has a count of its own.",
        saw=f"started at {worker.starts}; it ended with {ended!r}",
    )


@case("a failure that has just become too old")
def moving_period(submission):
    class Uneven(Worker):
        """Runs for 1, 8, 1, 1 … seconds before it fails: at 1, 10, 12, 14."""

        async def __call__(self):
            self.seconds = 8 if len(self.starts) == 1 else 1
            await super().__call__()

    worker = Uneven(fails=99)
    seen = run(submission, worker, body=DAY, restarts=2, period=10)
    expect(
        seen.body == 14,
        hint="It failed at 1, 10, 12 and 14 s. Which of these lie within the last ten "
        "seconds, each time?",
        saw=str(seen),
    )
    expect_given_up(seen, 14, worker.errors[1:])


@case("no pause")
def no_pause(submission):
    worker = Worker(2, fails=99)
    seen = run(submission, worker, body=DAY, restarts=2, pause=0)
    expect(
        same(worker.starts, [0.0, 2.0, 4.0]),
        hint="A pause of 0 is one, too: it is started again at once.",
        saw=f"started at {worker.starts}",
    )
    expect_given_up(seen, 6, worker.errors)


@case("it has failed, runs again, and its cleanup fails")
def restarted_and_cleanup(submission):
    error = OSError("not flushed")
    seen = run(submission, Worker(2, fails=2, broken=error), body=20)
    expect(
        holds(seen.ended, [error]),
        hint="Its failures were mended by a restart; its cleanup failed at the end. "
        "Which of them leaves the block?",
        saw=str(seen),
    )
