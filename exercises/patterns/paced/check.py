"""Turns of a limiter, told to the millisecond in virtual time."""

import asyncio

from asyncwith import run_virtual
from asyncwith.checking import case, expect, same

DEFINES = ("Limiter",)

LATE = 0.01  # seconds by which the loop wakes late, where it does


def clock() -> float:
    return asyncio.get_running_loop().time()


def run(main):
    """Run it in virtual time; a deadlock is a mistake of the submission's."""
    try:
        return run_virtual(main())
    except RuntimeError as error:
        expect(
            "nothing can happen any more" not in str(error),
            hint="Somebody waits for a turn that never comes. Who keeps the others "
            "from theirs?",
            saw="every task waits, and no timer is set",
        )
        raise


class Visitors:
    """Tasks that enter one limiter, and the moments at which their blocks began."""

    def __init__(self, limiter: object) -> None:
        self.limiter = limiter
        self.began: list[tuple[str, float]] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def _visit(self, name: str, seconds: float) -> None:
        async with self.limiter:
            self.began.append((name, round(clock(), 3)))
            await asyncio.sleep(seconds)

    def come(self, count: int, seconds: float = 0.0, name: str = "") -> None:
        for number in range(count):
            visit = self._visit(f"{name}{number}", seconds)
            self.tasks.append(asyncio.create_task(visit))

    async def leave(self) -> None:
        done, late = await asyncio.wait(self.tasks, timeout=10_000)
        for task in late:
            task.cancel()
        for task in done:
            if not task.cancelled() and task.exception() is not None:
                raise task.exception()

    @property
    def moments(self) -> list[float]:
        return [moment for _, moment in self.began]


def turns(submission, rate, burst, count, seconds=0.0):
    """When `count` blocks begin that come at the same time."""

    async def main():
        visitors = Visitors(submission.Limiter(rate, burst))
        visitors.come(count, seconds)
        await visitors.leave()
        return visitors.moments

    return run(main)


def expect_turns(seen: list[float], wanted: list[float], hint: str) -> None:
    expect(
        len(seen) >= len(wanted),
        hint="Somebody waits for a turn that never comes. Who keeps the others "
        "from theirs?",
        saw=f"blocks began at {seen}; expected {wanted}",
    )
    expect(
        same([float(x) for x in seen], [float(x) for x in wanted]),
        hint=hint,
        saw=f"blocks began at {seen}; expected {wanted}",
    )


@case("one block")
def one_block(submission):
    expect_turns(
        turns(submission, 2, 1, 1),
        [0],
        "Nobody came before it, and it waited.",
    )


@case("no burst: five come at once")
def evenly(submission):
    expect_turns(
        turns(submission, 2, 1, 5),
        [0, 0.5, 1, 1.5, 2],
        "Two a second: a block begins every half second, the first at once. (Seconds "
        "of the event loop's time.)",
    )


@case("blocks that run for a minute")
def long_blocks(submission):
    expect_turns(
        turns(submission, 2, 1, 4, seconds=60),
        [0, 0.5, 1, 1.5],
        "A block runs, and the next one waits for its end. What do you hold while the "
        "block runs?",
    )


@case("a burst of three: eight come at once")
def bursts(submission):
    expect_turns(
        turns(submission, 2, 3, 8),
        [0, 0, 0, 0.5, 1, 1.5, 2, 2.5],
        "The first three begin at once; then one every half second, no more at once.",
    )


@case("a short rest")
def short_rest(submission):
    async def main():
        visitors = Visitors(submission.Limiter(2, 3))
        visitors.come(3)
        await asyncio.sleep(1)
        visitors.come(4)
        await visitors.leave()
        return visitors.moments

    expect_turns(
        run(main),
        [0, 0, 0, 1, 1, 1.5, 2],
        "A second's rest at two a second has saved up two calls.",
    )


@case("a part of a turn's rest")
def part_of_a_rest(submission):
    async def main():
        visitors = Visitors(submission.Limiter(2, 2))
        visitors.come(2)
        await asyncio.sleep(0.75)
        visitors.come(3)
        await visitors.leave()
        return visitors.moments

    expect_turns(
        run(main),
        [0, 0, 0.75, 1, 1.5],
        "Three quarters of a second have saved up one call and a half: the second "
        "has half a turn to wait.",
    )


@case("a long rest, before the first call and after it")
def long_rest(submission):
    async def main():
        limiter = submission.Limiter(2, 3)
        await asyncio.sleep(100)
        visitors = Visitors(limiter)
        visitors.come(5)
        await asyncio.sleep(100)
        visitors.come(5)
        await visitors.leave()
        return visitors.moments

    wanted = [0, 0, 0, 0.5, 1]
    expect_turns(
        run(main),
        [100 + x for x in wanted] + [200 + x for x in wanted],
        "However long the rest, it saves up `burst` calls, and no more.",
    )


@case("one after the other, each with a little work")
def in_a_loop(submission):
    async def main():
        limiter, moments = submission.Limiter(2, 1), []
        for _ in range(5):
            async with limiter:
                moments.append(round(clock(), 3))
                await asyncio.sleep(0.3)
        return moments

    expect_turns(
        run(main),
        [0, 0.5, 1, 1.5, 2],
        "It drifts: the gap is counted from the end of the block.",
    )


@case("they come one by one")
def first_come(submission):
    async def main():
        visitors = Visitors(submission.Limiter(2, 1))
        for number in range(6):
            visitors.come(1, name=f"{number}-")
            await asyncio.sleep(0.2)
        await visitors.leave()
        return visitors.began

    began = run(main)
    names = [name for name, _ in began]
    expect(
        same(names, [f"{number}-0" for number in range(6)]),
        hint="First come, first served.",
        saw=f"they began in the order {names}",
    )
    expect_turns(
        [moment for _, moment in began],
        [0, 0.5, 1, 1.5, 2, 2.5],
        "Two a second: a block begins every half second, the first at once.",
    )


@case("most of the queue gives up")
def queue_gives_up(submission):
    for leaving in (range(2, 9), range(1, 2), range(1, 9), [1, 3, 5, 7]):

        async def main(leaving=leaving):
            visitors = Visitors(submission.Limiter(2, 1))
            visitors.come(10)
            await asyncio.sleep(0.2)
            for number in leaving:
                visitors.tasks[number].cancel()
            await visitors.leave()
            return visitors.moments

        left = 10 - len(leaving)
        expect_turns(
            run(main),
            [0.5 * number for number in range(left)],
            "Some gave up while they waited, and took their turns with them: the "
            "service idles, and the queue waits.",
        )


@case("a task gives up in the moment of its turn")
def gives_up_at_its_turn(submission):
    async def main():
        visitors = Visitors(submission.Limiter(2, 1))
        visitors.come(4)
        asyncio.get_running_loop().call_at(0.5, visitors.tasks[1].cancel)
        await visitors.leave()
        return visitors.moments

    seen = run(main)
    expect(
        len(seen) >= 3 and seen[0] == 0 and seen[-1] <= 1.5,
        hint="One gave up in the moment of its turn, and the others do not get theirs.",
        saw=f"blocks began at {seen}",
    )


@case("the loop wakes late")
def wakes_late(submission):
    for burst in (1, 3):

        async def main(burst=burst):
            loop = asyncio.get_running_loop()
            jump = loop.select

            def jump_too_far(timeout):
                events = jump(timeout)
                if timeout:
                    loop._set(loop.time() + LATE)
                return events

            loop.select = jump_too_far
            visitors = Visitors(submission.Limiter(10, burst))
            visitors.come(100 + burst)
            await visitors.leave()
            return visitors.moments

        seen = run(main)
        expect(
            len(seen) == 100 + burst and 9.99 <= seen[-1] <= 10 + 5 * LATE,
            hint="It drifts: each turn is late, and makes the next one later. From "
            "which moment do you count?",
            saw=f"{len(seen)} blocks; the last should begin at 10 s, and began at "
            f"{seen[-1] if seen else 'no time'}",
        )


@case("the block raises")
def block_raises(submission):
    async def main():
        limiter, error, caught = submission.Limiter(2, 1), KeyError("order 17"), None
        try:
            async with limiter:
                raise error
        except KeyError as seen:
            caught = seen
        expect(
            caught is error,
            hint="The block's exception should leave it.",
            saw=repr(caught),
        )
        visitors = Visitors(limiter)
        visitors.come(2)
        await visitors.leave()
        return visitors.moments

    expect_turns(run(main), [0.5, 1], "A block that raised has used its turn, once.")


@case("two limiters")
def two_limiters(submission):
    async def main():
        both = [Visitors(submission.Limiter(2, 1)) for _ in range(2)]
        for visitors in both:
            visitors.come(2)
        for visitors in both:
            await visitors.leave()
        return [visitors.moments for visitors in both]

    for seen in run(main):
        expect_turns(seen, [0, 0.5], "Two limiters are in each other's way.")


@case("nothing is left running")
async def nothing_left(submission):
    from asyncwith.checking import pending_tasks

    async with submission.Limiter(1000, 2):
        pass
    left = pending_tasks()
    expect(
        not left,
        hint="The limiter was left, and a task of yours still runs.",
        saw=f"{len(left)} tasks",
    )


@case("less than one a second")
def slowly(submission):
    expect_turns(
        turns(submission, 0.25, 2, 4),
        [0, 0, 4, 8],
        "One call in four seconds is a rate, too: a quarter.",
    )


@case("a block is cancelled")
def block_cancelled(submission):
    async def main():
        visitors = Visitors(submission.Limiter(2, 1))
        visitors.come(1, seconds=60)
        await asyncio.sleep(0.2)
        visitors.tasks[0].cancel()
        await asyncio.sleep(0.1)
        visitors.come(2)
        await visitors.leave()
        return visitors.moments

    expect_turns(
        run(main),
        [0, 0.5, 1],
        "A block was cancelled that had begun. Its turn is used, however it ends.",
    )


@case("a minute and a half between two turns")
def long_queue(submission):
    try:
        seen = turns(submission, 1 / 90, 1, 4)
    except TimeoutError as error:
        expect(
            False,
            hint="A task waited for its turn, and was sent away. Who set that limit?",
            saw=repr(error),
        )
    expect_turns(
        seen,
        [0, 90, 180, 270],
        "A block begins every `1 / rate` seconds, be it after minutes.",
    )


@case("who waits gives up, and is gone")
def gone(submission):
    async def main():
        visitors = Visitors(submission.Limiter(0.01, 1))
        visitors.come(3)
        await asyncio.sleep(1)
        for task in visitors.tasks:
            task.cancel()
        await visitors.leave()
        await asyncio.sleep(0.1)
        return asyncio.all_tasks() - {asyncio.current_task()}

    left = run(main)
    expect(
        not left,
        hint="Those who waited gave up, and a task of yours still sleeps.",
        saw=f"{len(left)} tasks",
    )
