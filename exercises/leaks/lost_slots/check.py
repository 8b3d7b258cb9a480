"""Customers who leave while they wait, and the gauge when all have gone."""

import asyncio
from collections.abc import Sequence

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("Slots",)


async def rest() -> None:
    """Give every task that is ready its turns."""
    for _ in range(12):
        await asyncio.sleep(0)


class Studio:
    """Customers of one `Slots`; notes who draws, in which order, and how many."""

    def __init__(self, submission: Submission, size: int) -> None:
        self.size = size
        self.slots = submission.Slots(size)
        expect(
            same(self.slots.free, size),
            hint="`free` is the gauge: before the first customer it is `size`.",
            saw=f"Slots({size}).free is {self.slots.free!r}",
        )
        self.served: list[str] = []
        self.now = self.peak = 0
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.go: dict[str, asyncio.Event] = {}
        self.errors: dict[str, Exception] = {}

    async def customer(self, name: str) -> None:
        async with self.slots.slot() as bound:
            expect(
                bound is None,
                hint="The manager binds nothing.",
                saw=f"`as` bound {bound!r}",
            )
            self.served.append(name)
            self.now += 1
            self.peak = max(self.peak, self.now)
            try:
                await self.go[name].wait()
                if name in self.errors:
                    raise self.errors[name]
            finally:
                self.now -= 1

    async def come(self, *names: str) -> None:
        """Let customers come, one after the other."""
        for name in names:
            self.go[name] = asyncio.Event()
            self.tasks[name] = asyncio.create_task(self.customer(name), name=name)
            await rest()

    async def finish(self, *names: str) -> None:
        """Let customers finish their pictures and leave."""
        for name in names:
            self.go[name].set()
        await rest()
        for name in names:
            self.expect_own_end(name)

    async def leave(self, name: str) -> None:
        """Let a customer lose patience."""
        self.tasks[name].cancel()
        await rest()
        self.expect_cancelled(name)

    def expect_own_end(self, name: str) -> None:
        task = self.tasks[name]
        error = None if task.cancelled() else task.exception()
        if isinstance(error, AssertionError):
            raise error
        expect(
            not task.cancelled() and error is self.errors.get(name),
            hint="A block came to its end, and something else came out of the "
            "`async with`. Which line hands a slot to somebody who has left?",
            saw=f"{name}: {error!r}, cancelled: {task.cancelled()}",
        )

    def expect_cancelled(self, name: str) -> None:
        task = self.tasks[name]
        expect(
            task.cancelled(),
            hint="Somebody was cancelled while waiting, and ended in another way, or "
            "not at all. What becomes of the `CancelledError`?",
            saw=f"{name}: served: {name in self.served}, ended: {task.done()}",
        )

    def expect_not_crowded(self) -> None:
        expect(
            self.peak <= self.size,
            hint="More blocks ran at once than there are slots. Who gave back what he "
            "never had?",
            saw=f"{self.peak} at once, size {self.size}",
        )

    def expect_served(self, wanted: Sequence[str], hint: str) -> None:
        expect(
            same(self.served, list(wanted)),
            hint=hint,
            saw=f"served {self.served}, expected {list(wanted)}",
        )

    def expect_free(self, wanted: int, when: str) -> None:
        found = self.slots.free
        expect(
            found >= wanted,
            hint="The report's gauge: a slot is lost. Who has it, if nobody draws? "
            "Look for one who was given it and is not there any more.",
            saw=f"{when}: free is {found}, expected {wanted}",
        )
        expect(
            found <= wanted,
            hint="There are more slots than there should be. Who gave back what he "
            "never had?",
            saw=f"{when}: free is {found}, expected {wanted}",
        )

    async def all_gone(self, *cancelled: str) -> None:
        """Everybody finishes; then look at each end, and at the gauge."""
        for event in self.go.values():
            event.set()
        _, waiting = await asyncio.wait(self.tasks.values(), timeout=1)
        names = sorted(task.get_name() for task in waiting)
        for task in waiting:
            task.cancel()
        await rest()
        expect(
            not waiting,
            hint="Somebody waits, and nobody draws. Who should have woken them?",
            saw=f"still in line: {names[:5]}",
        )
        for name in self.tasks:
            if name in cancelled:
                self.expect_cancelled(name)
            else:
                self.expect_own_end(name)
        self.expect_not_crowded()
        self.expect_free(self.size, "all have gone")


@case("three slots, six customers")
async def six(submission):
    studio = Studio(submission, 3)
    names = [f"customer {number}" for number in range(6)]
    await studio.come(*names)
    studio.expect_served(
        names[:3], "As many as there are slots draw at once, and no more."
    )
    studio.expect_free(0, "three draw, three wait")
    await studio.finish("customer 1")
    studio.expect_served(
        [*names[:4]], "One has finished: the first in line is served, and at once."
    )
    await studio.all_gone()
    studio.expect_served(names, "Who came first is served first.")


@case("one who has drawn comes back in the same step")
async def nobody_overtakes(submission):
    studio = Studio(submission, 1)
    comes_back = asyncio.Event()
    studio.go["again"] = asyncio.Event()

    async def twice() -> None:
        async with studio.slots.slot():
            studio.served.append("first")
            await comes_back.wait()
        await studio.customer("again")

    studio.tasks["again"] = asyncio.create_task(twice(), name="again")
    await rest()
    await studio.come("second")
    comes_back.set()
    await rest()
    studio.expect_served(
        ["first", "second"],
        "A newcomer has overtaken one who waited. Whose is the slot between the "
        "release and the next step of the one who waits?",
    )
    await studio.all_gone()


@case("a picture fails, and one is cancelled while it is drawn")
async def bodies_fail(submission):
    studio = Studio(submission, 2)
    studio.errors["fails"] = KeyError("no such colour")
    await studio.come("fails", "is cancelled", "third", "fourth")
    await studio.finish("fails")
    studio.tasks["is cancelled"].cancel()
    await rest()
    studio.expect_served(
        ["fails", "is cancelled", "third", "fourth"],
        "A block that fails gives its slot back, too.",
    )
    await studio.all_gone("is cancelled")


@case("the first in line leaves")
async def first_in_line(submission):
    studio = Studio(submission, 1)
    await studio.come("draws", "leaves", "waits")
    await studio.leave("leaves")
    studio.expect_not_crowded()
    studio.expect_free(0, "one draws, one has left the line")
    await studio.finish("draws")
    studio.expect_served(
        ["draws", "waits"],
        "The first in line had left; the next one is served as if he had never come.",
    )
    await studio.all_gone("leaves")


@case("all who wait leave, then others come")
async def all_leave(submission):
    studio = Studio(submission, 2)
    leaving = [f"leaves {number}" for number in range(5)]
    await studio.come("draws", "also draws", *leaving)
    for name in leaving:
        await studio.leave(name)
    await studio.finish("draws", "also draws")
    studio.expect_free(2, "everybody has left")
    await studio.come("new")
    await studio.all_gone(*leaving)


@case("somebody leaves in the step in which the slot is given back")
async def same_step(submission):
    for order in ("cancelled, then served", "served, then cancelled"):
        studio = Studio(submission, 1)
        await studio.come("draws", "leaves", "waits")
        task = studio.tasks["leaves"]
        studio.go["draws"].set()
        if order == "cancelled, then served":
            await asyncio.sleep(0)  # the one who draws is about to leave his block
            task.cancel()
        else:
            while studio.now:  # noqa: ASYNC110 - steps are what counts here
                await asyncio.sleep(0)
            task.cancel()
        await rest()
        studio.expect_own_end("draws")
        studio.expect_cancelled("leaves")
        studio.expect_served(
            ["draws", "waits"],
            "One was given the slot and left in the same step; the next in line is "
            "still waiting. Whose turn is it?",
        )
        await studio.all_gone("leaves")


@case("a busy day: hundreds come and leave at every step")
async def busy_day(submission):
    size, many = 4, 240
    studio = Studio(submission, size)
    cancelled: list[str] = []
    for number in range(many):
        name = f"customer {number}"
        studio.go[name] = asyncio.Event()
        studio.tasks[name] = asyncio.create_task(studio.customer(name), name=name)
        for _ in range(number % 3):
            await asyncio.sleep(0)
        drawing = [n for n in studio.served if not studio.tasks[n].done()]
        if number % 4 == 1 and drawing:
            studio.go[drawing[0]].set()
            for _ in range(number % 5):
                await asyncio.sleep(0)
        waiting = [n for n in studio.tasks if n not in studio.served]
        waiting = [n for n in waiting if not studio.tasks[n].done()]
        if number % 2 and waiting:
            left = waiting[number % len(waiting)]
            if studio.tasks[left].cancel():
                cancelled.append(left)
    for event in studio.go.values():
        event.set()
    await asyncio.wait(studio.tasks.values(), timeout=1)
    await studio.all_gone(*cancelled)


@case("two places with slots of their own")
async def two_places(submission):
    one, other = Studio(submission, 1), Studio(submission, 1)
    await one.come("draws", "waits")
    await other.come("draws elsewhere")
    await other.finish("draws elsewhere")
    expect(
        same(one.served, ["draws"]) and other.slots.free == 1,
        hint="Two `Slots` share something. What belongs to the class, and what to "
        "each of them?",
        saw=f"somebody has finished elsewhere: served {one.served}",
    )
    await one.all_gone()
    await other.all_gone()


@case("somebody is cancelled at each step of the way in and of the way out")
async def each_step(submission):
    for name in ("draws", "waits"):
        for steps in range(12):
            studio = Studio(submission, 1)
            await studio.come("draws", "waits", "comes last")
            studio.go["draws"].set()
            studio.go["waits"].set()
            for _ in range(steps):
                await asyncio.sleep(0)
            cancelled = [name] if studio.tasks[name].cancel() else []
            await rest()
            await studio.all_gone(*cancelled)
