"""A lifespan of any number of managers: entered, failing, cancelled, left."""

import asyncio
from collections import Counter

from starlette.applications import Starlette

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("lifespan_of",)

NAMES = ("pool", "cache", "queue", "mail", "search")


class Manager:
    """Serves one block; writes into a ledger when it is entered and left."""

    def __init__(self, house, name):
        self.house, self.name, self.used = house, name, False

    async def __aenter__(self):
        if self.used:
            raise RuntimeError(f"{self.name} was used before")
        self.used = True
        self.house.entering += 1
        self.house.together = max(self.house.together, self.house.entering)
        try:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        finally:
            self.house.entering -= 1
        if self.house.failing == f"enter {self.name}":
            raise self.house.error
        self.house.ledger.append(f"+{self.name}")
        bound = None if self.name == "mail" else [f"the {self.name}"]
        self.house.bound[self.name] = bound
        return bound

    async def __aexit__(self, kind, error, traceback):
        self.house.seen.append(error)
        await asyncio.sleep(0)
        self.house.ledger.append(f"-{self.name}")
        if self.house.failing == f"leave {self.name}":
            raise self.house.error
        return self.house.failing == f"suppress {self.name}"


class House:
    def __init__(self, submission, count, failing=None):
        self.ledger, self.seen, self.calls, self.bound = [], [], [], {}
        self.failing, self.entering, self.together = failing, 0, 0
        self.error = ConnectionRefusedError(f"{failing}: refused")
        self.names = NAMES[:count]
        self.lifespan = submission.lifespan_of(
            **{name: self.opener(name) for name in self.names}
        )
        expect(
            callable(self.lifespan),
            hint="`lifespan_of` returns a lifespan: a function of the application.",
            saw=f"it returned {type(self.lifespan).__name__}",
        )
        expect(
            self.calls == [],
            hint="An opener was called before the startup. Most managers serve one "
            "block only; when is a new one needed?",
            saw=f"called by lifespan_of: {self.calls}",
        )

    def opener(self, name):
        def call():
            self.calls.append(name)
            return Manager(self, name)

        return call

    def all_left(self):
        entered = [line[1:] for line in self.ledger if line[0] == "+"]
        left = [line[1:] for line in self.ledger if line[0] == "-"]
        return left == entered[::-1]

    async def run(self, body=None):
        """Start, run the body, stop; return the state and what came out."""
        state = None
        try:
            async with Starlette(lifespan=self.lifespan).router.lifespan_context(
                object()
            ) as state:
                if body is not None:
                    await body()
        except Exception as error:
            return state, error
        return state, None


@case("started and stopped, twice")
async def plain(submission: Submission):
    for count in (3, 0, 1, 5):
        house = House(submission, count)
        for run in (1, 2):
            house.ledger.clear()
            state, error = await house.run()
            expect(
                error is None,
                hint="The second start of one application fails. How often is each "
                "opener called?"
                if run == 2
                else "Nothing failed, and the start or the stop did.",
                saw=f"{count} openers, run {run}: {error!r}",
            )
            expect(
                same(list(state), list(house.names))
                and all(state[name] is house.bound.get(name, 0) for name in state),
                hint="The state holds what each manager binds, under its keyword.",
                saw=f"{count} openers: {state!r}",
            )
            expect(
                house.ledger[:count] == [f"+{name}" for name in house.names],
                hint="All are entered when the startup ends, in the order of the "
                "keywords.",
                saw=house.ledger,
            )
            expect(
                house.all_left() and len(house.ledger) == 2 * count,
                hint="The shutdown leaves each manager once, in reverse order.",
                saw=house.ledger,
            )
        expect(
            house.together <= 1,
            hint="Two managers were being entered at the same time. The cache may "
            "need the pool.",
            saw=f"{house.together} at once",
        )


@case("two applications with one lifespan, side by side")
async def side_by_side(submission: Submission):
    house = House(submission, 3)
    await asyncio.gather(house.run(checkpoint), house.run(checkpoint))
    wanted = Counter({f"{sign}{name}": 2 for sign in "+-" for name in house.names})
    expect(
        Counter(house.ledger) == wanted,
        hint="Two applications run with one lifespan, and managers of one of them are "
        "not left. Who owns the stack?",
        saw=house.ledger,
    )


async def checkpoint():
    for _ in range(3):
        await asyncio.sleep(0)


@case("open while the application runs")
async def open_meanwhile(submission: Submission):
    house = House(submission, 3)
    during = []

    async def body():
        during.extend(house.ledger)

    await house.run(body)
    expect(
        during == ["+pool", "+cache", "+queue"],
        hint="Between startup and shutdown all are open. Who owns the stack at the "
        "`yield`?",
        saw=f"while the application ran: {during}",
    )


@case("an entry fails")
async def entry_fails(submission: Submission):
    for name in NAMES:
        house = House(submission, 5, f"enter {name}")
        _, error = await house.run()
        expect(
            error is house.error,
            hint="The entry failed, and that is what the server must hear.",
            saw=f"{name} raised {house.error!r}, the startup {error!r}",
        )
        expect(
            house.all_left(),
            hint="An entry failed, and managers entered before it are still open, or "
            "left in another order.",
            saw=f"{name} failed: {house.ledger}",
        )
        expect(
            len(house.ledger) == 2 * NAMES.index(name),
            hint="After the failure nothing else is entered.",
            saw=f"{name} failed: {house.ledger}",
        )
        expect(
            all(seen is house.error for seen in house.seen),
            hint="A manager that is left because another failed should see that "
            "failure, as in a nested `async with`.",
            saw=f"{name} failed, and exits saw {house.seen}",
        )


@case("the start is cancelled at each of its waits")
async def cancelled(submission: Submission):
    for steps in range(1, 10):  # from the first entry to the block
        house = House(submission, 3)
        task = asyncio.create_task(house.run(asyncio.Event().wait))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        expect(
            task.cancelled(),
            hint="An application that is cancelled ends as cancelled.",
            saw=f"cancelled after step {steps}: it ended otherwise",
        )
        expect(
            house.all_left(),
            hint="Cancelled in the startup, and managers are still open. What does "
            "`except Exception` not catch?",
            saw=f"cancelled after step {steps}: {house.ledger}",
        )


@case("an exit fails")
async def exit_fails(submission: Submission):
    for name in NAMES[:3]:
        house = House(submission, 3, f"leave {name}")
        _, error = await house.run()
        expect(
            house.all_left() and len(house.ledger) == 6,
            hint="One exit failed, and the others were not reached.",
            saw=f"{name} failed: {house.ledger}",
        )
        expect(
            error is house.error,
            hint="An exit failed, and nobody hears of it.",
            saw=f"{name} raised {house.error!r}; came out: {error!r}",
        )


@case("the run ends by an exception")
async def run_ends(submission: Submission):
    failure = ValueError("the server")

    async def body():
        raise failure

    house = House(submission, 3)
    _, error = await house.run(body)
    expect(
        house.all_left() and len(house.ledger) == 6,
        hint="The exception is raised at the `yield`. What runs after it?",
        saw=house.ledger,
    )
    expect(
        error is failure,
        hint="What ends the run comes out as it is.",
        saw=f"{failure!r} was raised, {error!r} came out",
    )
    expect(
        all(seen is failure for seen in house.seen),
        hint="The managers should see what ended the run.",
        saw=f"the exits saw {house.seen}",
    )
    house = House(submission, 3, "suppress cache")
    _, error = await house.run(body)
    expect(
        error is None and house.seen == [failure, failure, None],
        hint="One manager suppressed the exception, as a nested `async with` would "
        "let it: what do the outer ones see, and what comes out?",
        saw=f"the exits saw {house.seen}; came out: {error!r}",
    )
