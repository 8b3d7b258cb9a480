"""A block in a task of its own, started and stopped from others, under faults."""

import asyncio
from contextlib import asynccontextmanager

import anyio

from asyncwith import Shelf, checkpoint, run_virtual
from asyncwith.checking import case, expect, pending_tasks, same

DEFINES = ("Owner",)


class Resource:
    """A manager that notes who enters and leaves it, and with what."""

    def __init__(self, entry: BaseException | None = None, exit_=None) -> None:
        self.entry, self.exit_ = entry, exit_
        self.book: list[str] = []
        self.tasks: list[object] = []
        self.told: object = "nothing"

    async def __aenter__(self) -> str:
        self.tasks.append(asyncio.current_task())
        self.book.append("enters")
        await asyncio.sleep(1)
        if self.entry:
            raise self.entry
        self.book.append("entered")
        return "the connection"

    async def __aexit__(self, exc_type, exc, traceback) -> None:
        self.tasks.append(asyncio.current_task())
        self.told = exc_type
        self.book.append("leaves")
        await asyncio.sleep(1)
        self.book.append("left")
        if self.exit_:
            raise self.exit_


async def ended(coroutine, name: str) -> tuple[str, object]:
    """Run it in a task of its own: how it ended, and its result or exception."""
    task = asyncio.create_task(coroutine, name=name)
    await asyncio.wait([task], timeout=3600)
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
        return "never ended", None
    if task.cancelled():
        return "cancelled", None
    error = task.exception()
    return ("returned", task.result()) if error is None else ("raised", error)


def expect_returned(how: str, value: object, what: str) -> None:
    hint = {
        "never ended": f"`{what}` waits for ever.",
        "cancelled": f"`{what}` was cancelled, and nobody cancelled it.",
        "raised": f"`{what}` raised, and nothing had failed.",
        "returned": "",
    }[how]
    saw = f"{what}: {how}" if value is None else f"{what}: {how} {value!r}"
    expect(how == "returned", hint=hint, saw=saw)


@case("started in one task, stopped in another")
def two_tasks(submission):
    async def main() -> None:
        resource = Resource()
        owner = submission.Owner(resource)
        callers: list[object] = []

        async def starts():
            callers.append(asyncio.current_task())
            value = await owner.start()
            expect(
                same(resource.book[:2], ["enters", "entered"]),
                hint="`start` has returned, and the block has not been entered. What "
                "should it wait for?",
                saw=", ".join(resource.book) or "the entry has not begun",
            )
            return value

        async def stops():
            callers.append(asyncio.current_task())
            await owner.stop()

        how, value = await ended(starts(), "starts")
        expect_returned(how, value, "start()")
        expect(
            same(value, "the connection"),
            hint="`start` returns what `as` would bind.",
            saw=f"it returned {type(value).__name__}",
        )
        await asyncio.sleep(10)
        expect(
            same(resource.book, ["enters", "entered"]),
            hint="Nobody has called `stop`, and the block has been left.",
            saw=", ".join(resource.book),
        )
        how, value = await ended(stops(), "stops")
        expect_returned(how, value, "stop()")
        expect(
            len(resource.tasks) == 2 and resource.tasks[0] is resource.tasks[1],
            hint="The block was entered in one task and left in another. Which task "
            "lives from `start` to `stop`?",
            saw=f"left: {len(resource.tasks) == 2}, by the task that entered: False",
        )
        expect(
            not any(task is resource.tasks[0] for task in callers),
            hint="The block belongs to a task of a caller. It needs one of its own.",
            saw="entered by the caller of start()",
        )
        expect(
            same(resource.book, ["enters", "entered", "leaves", "left"]),
            hint="`stop` has returned, and the exit has not finished. What should it "
            "wait for?",
            saw=", ".join(resource.book),
        )
        expect(
            resource.told is None,
            hint="The exit was told of an exception, as if the body had been cut. How "
            "does your block come to its end?",
            saw=f"the exit was told {getattr(resource.told, '__name__', '?')}",
        )
        others = asyncio.all_tasks() - {asyncio.current_task()}
        expect(not others, hint="A task is left over.", saw=f"{len(others)} task")

    run_virtual(main())


@case("the entry fails")
def entry_fails(submission):
    async def main() -> None:
        for error in (OSError("refused"), KeyError("host"), SystemError("odd")):
            resource = Resource(entry=error)
            owner = submission.Owner(resource)
            how, value = await ended(owner.start(), "starts")
            expect(
                how != "never ended",
                hint="The entry failed, and `start` waits for ever. Which two things "
                "can happen to the task that you wait for?",
                saw="start() never ends",
            )
            expect(
                how == "raised" and value is error,
                hint="The entry failed. Its own exception leaves `start`.",
                saw=f"start() {how} {value!r}",
            )
            expect(
                same(resource.book, ["enters"]),
                hint="The entry failed, so there is no exit.",
                saw=", ".join(resource.book),
            )

    run_virtual(main())


@case("the exit fails")
def exit_fails(submission):
    async def main() -> None:
        error = OSError("no goodbye")
        owner = submission.Owner(Resource(exit_=error))
        expect_returned(*await ended(owner.start(), "starts"), "start()")
        how, value = await ended(owner.stop(), "stops")
        expect(
            how == "raised" and value is error,
            hint="The exit failed, and whoever called `stop` does not hear of it.",
            saw=f"stop() {how} {value!r}",
        )

    run_virtual(main())


@case("stopped twice")
def stopped_twice(submission):
    async def main() -> None:
        resource = Resource()
        owner = submission.Owner(resource)
        expect_returned(*await ended(owner.start(), "starts"), "start()")
        for _ in range(2):
            expect_returned(*await ended(owner.stop(), "stops"), "stop()")
        expect(
            same(resource.book, ["enters", "entered", "leaves", "left"]),
            hint="A second `stop` finds the block left, and has nothing to do.",
            saw=", ".join(resource.book),
        )

    run_virtual(main())


@case("stop() is cancelled")
def stop_cancelled(submission):
    async def main() -> None:
        resource = Resource()
        owner = submission.Owner(resource)
        expect_returned(*await ended(owner.start(), "starts"), "start()")
        stopping = asyncio.create_task(owner.stop())
        await asyncio.sleep(0.5)
        stopping.cancel()
        await asyncio.wait([stopping])
        expect(
            stopping.cancelled(),
            hint="`stop` was cancelled, and did not end so.",
            saw="it was not cancelled",
        )
        where: list[str] = []

        async def stops_again():
            await owner.stop()
            where.extend(resource.book)

        again = asyncio.create_task(stops_again())
        await asyncio.sleep(10)
        expect(
            again.done() or "left" not in resource.book,
            hint="A second `stop` waits for ever.",
            saw="stop() a second time never ended",
        )
        again.cancel()
        await asyncio.wait([again])
        expect(
            same(resource.book[2:], ["leaves", "left"]),
            hint="`stop` was cancelled, and the exit with it. What does a cancellation "
            "do to the task that you await?",
            saw=", ".join(resource.book),
        )
        expect(
            resource.told is None,
            hint="`stop` was cancelled, and the block heard of it.",
            saw="the exit was told of an exception",
        )
        expect(
            "left" in where,
            hint="The first `stop` was cancelled, a second one has returned, and the "
            "exit has not finished. What should each of them wait for?",
            saw="the second stop() returned during the exit",
        )

    run_virtual(main())


@asynccontextmanager
async def two_names(shelf: Shelf):
    await shelf.acquire("a")
    try:
        await shelf.acquire("b")
        try:
            yield "both"
        finally:
            await checkpoint("goodbye to b")
            await shelf.release("b")
    finally:
        for _ in range(4):
            await checkpoint("goodbye to a")
        await shelf.release("a")


@case("start() is cancelled, at each moment of the entry")
async def start_cancelled(submission):
    for turns in range(8):
        shelf = Shelf()
        owner = submission.Owner(two_names(shelf))
        starting = asyncio.create_task(owner.start(), name="starts")
        for _ in range(turns):
            await checkpoint("it starts")
        if starting.done():
            expect_returned(*await ended(owner.stop(), "stops"), "stop()")
            continue
        starting.cancel()
        await asyncio.wait([starting], timeout=0.5)
        where = f"cancelled after {turns} turns of the loop"
        expect(
            starting.done(),
            hint="`start` was cancelled while the block was being entered, and it "
            "never ends. What do you wait for then?",
            saw=where,
        )
        expect(
            not shelf.held,
            hint="`start` was cancelled and has ended, and something is held. Who ends "
            "the task that you made, and who waits for that?",
            saw=f"{where}, held: {', '.join(shelf.held)}",
        )
        expect(
            starting.cancelled(),
            hint="`start` was cancelled, and the cancellation did not come out.",
            saw=where,
        )
        for _ in range(5):
            await checkpoint("later")
        expect(
            not shelf.held and not pending_tasks(),
            hint="`start` was cancelled and has ended, and the entry goes on. Who ends "
            "the task that you made?",
            saw=f"{where}, later held: {', '.join(shelf.held) or 'nothing, by a task'}",
        )


@case("start() is cancelled, and the entry would never end")
def entry_hangs(submission):
    class Hangs(Resource):
        async def __aenter__(self):
            self.book.append("enters")
            try:
                await asyncio.sleep(1_000_000)
            finally:
                self.book.append("cut")

    async def main() -> None:
        resource = Hangs()
        starting = asyncio.create_task(submission.Owner(resource).start())
        await asyncio.sleep(5)
        starting.cancel()
        await asyncio.wait([starting], timeout=60)
        expect(
            starting.done() and same(resource.book, ["enters", "cut"]),
            hint="`start` was cancelled during an entry that takes for ever, and waits "
            "for it. Who ends the entry?",
            saw=", ".join(resource.book) + f"; start() ended: {starting.done()}",
        )

    run_virtual(main())


@case("a task group is entered, and one of its tasks fails")
def group_fails(submission):
    async def main() -> None:
        for make in (asyncio.TaskGroup, anyio.create_task_group):
            owner = submission.Owner(make())

            async def fails():
                await asyncio.sleep(5)
                raise OSError("connection lost")

            async def starts(owner=owner, fails=fails):
                group = await owner.start()
                if isinstance(group, asyncio.TaskGroup):
                    group.create_task(fails())
                else:
                    group.start_soon(fails)
                await asyncio.sleep(60)
                return "served"

            how, value = await ended(starts(), "starts")
            expect(
                how == "returned",
                hint="A task of the group failed, and the caller of `start` was "
                "cancelled for it. Whose group is it?",
                saw=f"the caller of start() was {how}",
            )
            how, value = await ended(owner.stop(), "stops")
            expect(
                how == "raised" and isinstance(value, ExceptionGroup),
                hint="The block has ended with an error. `stop` is who can still tell.",
                saw=f"stop() {how} {value!r}",
            )

    run_virtual(main())


@case("AnyIO's managers")
def anyios(submission):
    @asynccontextmanager
    async def scope():
        with anyio.CancelScope() as scope:
            yield scope

    async def main() -> None:
        for make in (scope, anyio.create_task_group, anyio.Lock):
            owner = submission.Owner(make())
            expect_returned(*await ended(owner.start(), "starts"), "start()")
            expect_returned(*await ended(owner.stop(), "stops"), "stop()")

    run_virtual(main())
