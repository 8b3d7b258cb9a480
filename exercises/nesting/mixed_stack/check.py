"""Sync and async managers enter, exit and suppress as nested blocks would."""

from itertools import product

from asyncwith import checkpoint, sweep
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("run",)


class Fault(Exception):
    """The fault of this check."""


class Both:
    """What both sides share: a name, a ledger, and what is to go wrong."""

    def __init__(self, name, ledger, *, enter=None, leave=None, suppress=False):
        self.name, self.ledger = name, ledger
        self.enter, self.leave, self.suppress = enter, leave, suppress

    def _enter(self, side):
        if self.enter is not None:
            raise self.enter
        self.ledger.append(f"+{self.name} {side}")
        return f"value of {self.name}"

    def _exit(self, exc):
        self.ledger.append(f"-{self.name} {exc.__class__.__name__}")
        if self.leave is not None:
            raise self.leave
        return self.suppress


class Sync(Both):
    """A manager for `with`."""

    def __enter__(self):
        return self._enter("with")

    def __exit__(self, exc_type, exc, traceback):
        return self._exit(exc)


class Async(Both):
    """A manager for `async with`."""

    async def __aenter__(self):
        await checkpoint(f"entering {self.name}")
        return self._enter("async with")

    async def __aexit__(self, exc_type, exc, traceback):
        try:
            await checkpoint(f"leaving {self.name}")
        finally:
            answer = self._exit(exc)
        return answer


class Either(Sync, Async):
    """A manager for both."""


def line_up(kinds, ledger):
    """A manager of each kind, named a, b, c."""
    return [kind(name, ledger) for kind, name in zip(kinds, "abc", strict=False)]


THREE = list(product((Sync, Async), repeat=3))
ERRORS = (Fault, TypeError, AttributeError)
SIDE = {Sync: "with", Async: "async with", Either: "async with"}


async def body(values):
    return "done"


async def run(submission, managers, work=body):
    """What `run` returned or raised."""
    try:
        return await submission.run(managers, work)
    except Fault as fault:
        return fault


async def expect_ledger(submission, kinds):
    ledger = []
    managers = line_up(kinds, ledger)
    seen = []

    async def work(values):
        seen.append(values)
        ledger.append("body")
        return "done"

    try:
        result = await submission.run(managers, work)
    except TypeError as error:
        expect(
            "context manager protocol" not in str(error),
            hint="A manager was entered on the side on which it is none. How does "
            "the list say which it is?",
            saw=f"{[kind.__name__ for kind in kinds]}: TypeError: {error}",
        )
        raise
    names = [manager.name for manager in managers]
    sides = [SIDE[kind] for kind in kinds]
    entered = [f"+{name} {side}" for name, side in zip(names, sides, strict=True)]
    left = [f"-{name} NoneType" for name in reversed(names)]
    got = [line for line in ledger if line[0] == "+"]
    expect(
        not same([line[:2] for line in got], [line[:2] for line in entered])
        or same(got, entered),
        hint="A manager that is both was entered with `with`.",
        saw=", ".join(ledger),
    )
    expect(
        same(got, entered),
        hint="Each manager is entered once, in the list's order.",
        saw=", ".join(ledger),
    )
    expect(
        same(ledger[: len(names) + 1], [*entered, "body"]),
        hint="The body runs once, while everything is open.",
        saw=", ".join(ledger),
    )
    expect(
        same(ledger[len(names) + 1 :], left),
        hint="The last one entered exits first, sync or async. What decides the order "
        "in your function?",
        saw=", ".join(ledger),
    )
    expect(
        len(seen) == 1 and same(seen[0], [f"value of {name}" for name in names]),
        hint="The body gets a list of what `as` would bind, in the list's order.",
        saw=f"the body was given {seen[0]!r}" if seen else "the body was not called",
    )
    expect(
        same(result, "done"),
        hint="What the body returns is the result.",
        saw=f"run returned an object of type {type(result).__name__}",
    )


@case("nothing fails, every mixture of three")
async def mixtures(submission: Submission):
    for kinds in [(), (Sync,), (Async,), *THREE]:
        await expect_ledger(submission, kinds)


@case("a manager that is both")
async def either(submission: Submission):
    for kinds in [(Either,), (Sync, Either, Async)]:
        await expect_ledger(submission, kinds)


@case("the body raises")
async def body_raises(submission: Submission):
    async def work(values):
        raise fault

    for kinds in product((Sync, Async), repeat=2):
        fault, ledger = Fault("body"), []
        result = await run(submission, line_up(kinds, ledger), work)
        expect(
            result is fault,
            hint="The body raised, and the caller was not told.",
            saw=f"run returned {result!r}",
        )
        expect(
            same(ledger[2:], ["-b Fault", "-a Fault"]),
            hint="Each exit is told about the body's exception.",
            saw=", ".join(ledger),
        )


@case("an entry fails")
async def entry_fails(submission: Submission):
    for kinds, error in product(THREE, ERRORS):
        for place in range(3):
            ledger, fault, result = [], error("entry"), None
            managers = line_up(kinds, ledger)
            managers[place].enter = fault
            try:
                await submission.run(managers, body)
            except ERRORS as caught:
                result = caught
            left = [line for line in ledger if line[0] == "-"]
            names = [manager.name for manager in managers]
            where = f"{error.__name__} when {names[place]} is entered"
            expect(
                result is fault,
                hint="An entry failed with an error of its own, and another one came "
                "out, or none.",
                saw=f"{error.__name__} was raised; came out: {result!r}",
            )
            expect(
                same(left, [f"-{n} {error.__name__}" for n in names[:place][::-1]]),
                hint="An entry failed: those entered before it exit, last first, and "
                "are told why.",
                saw=f"{where}: {', '.join(ledger)}",
            )


@case("an exit fails")
async def exit_fails(submission: Submission):
    for kinds in THREE:
        ledger, fault = [], Fault("exit")
        managers = line_up(kinds, ledger)
        managers[1].leave = fault
        result = await run(submission, managers)
        expect(
            same(ledger[3:], ["-c NoneType", "-b NoneType", "-a Fault"]),
            hint="An exit failed. The remaining ones run all the same, and are told.",
            saw=", ".join(ledger),
        )
        expect(
            result is fault,
            hint="An exit failed, and the caller was not told.",
            saw=f"run returned {result!r}",
        )


@case("an exit suppresses")
async def exit_suppresses(submission: Submission):
    async def work(values):
        raise Fault("body")

    for kinds in THREE:
        ledger = []
        managers = line_up(kinds, ledger)
        managers[1].suppress = True
        result = await run(submission, managers, work)
        expect(
            same(ledger[3:], ["-c Fault", "-b Fault", "-a NoneType"]),
            hint="After an inner exit has suppressed, the outer block ends well.",
            saw=", ".join(ledger),
        )
        expect(
            result is None,
            hint="An exit suppressed the exception. Why does it come out, or "
            "something else?",
            saw=f"run returned or raised {result!r}",
        )


@case("cancelled at each suspension point")
def swept(submission: Submission):
    for kinds in THREE:
        ledgers = []

        def scenario(shelf, kinds=kinds, ledgers=ledgers):
            ledgers.append([])
            return submission.run(line_up(kinds, ledgers[-1]), work)

        async def work(values):
            await checkpoint("in the body")

        for outcome, ledger in zip(sweep(scenario), ledgers, strict=False):
            place = f"cancelled at {outcome.point} ({outcome.place})"
            entered = [line[1] for line in ledger if line[0] == "+"]
            left = [line[1] for line in ledger if line[0] == "-"]
            expect(
                same(left, entered[::-1]),
                hint="A cancellation, and something that was entered did not exit.",
                saw=f"{place}: {', '.join(ledger)}",
            )
            expect(
                outcome.clean,
                hint="A cancellation was swallowed.",
                saw=f"{place}: {outcome}",
            )
