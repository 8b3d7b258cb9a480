"""Each manager beside the original of the other form: same ledgers, same endings."""

import asyncio
from contextlib import asynccontextmanager

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("lease", "Audit")


class Desk:
    """Lends items, keeps a ledger, and fails where it is told to."""

    def __init__(self, failing=None):
        self.failing = failing
        self.ledger = []

    async def lend(self, name):
        await self._serve("lend", name)
        return name

    async def take_back(self, item, outcome=None):
        await self._serve("take back", item if outcome is None else (item, outcome))

    async def _serve(self, what, entry):
        self.ledger.append((f"asked to {what}", entry))
        await asyncio.sleep(0)
        if self.failing == what:
            raise OSError(f"cannot {what}")
        self.ledger.append((what, entry))


class Lease:
    def __init__(self, desk, name):
        self.desk = desk
        self.name = name

    async def __aenter__(self):
        self.item = await self.desk.lend(self.name)
        return self.item

    async def __aexit__(self, kind, error, traceback):
        await self.desk.take_back(self.item)
        return kind is not None and issubclass(kind, KeyError)


@asynccontextmanager
async def audit(desk, name):
    item = await desk.lend(name)
    outcome = "fine"
    try:
        yield f"{item}, audited"
    except ValueError as error:
        outcome = f"refused: {error}"
    except BaseException as error:
        outcome = f"failed: {type(error).__name__}"
        raise
    finally:
        await desk.take_back(item, outcome)


class Missing(KeyError):
    """A KeyError of some kind."""


class Refused(ValueError):
    """A ValueError of some kind."""


class Stop(BaseException):
    """No Exception, as a cancellation is none."""


def shown(ledger: list) -> str:
    def line(what, entry):
        return f"{what} {entry if isinstance(entry, str) else ', '.join(entry)}"

    return "; ".join(line(*entry) for entry in ledger) or "nothing"


async def block(manager, received: list, error=None, wait=False):
    async with manager as item:
        received.append(item)
        if wait:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        if error is not None:
            raise error


async def run(make, error=None, failing=None):
    """The desk's ledger, what ``as`` received, and what came out."""
    desk, received = Desk(failing), []
    try:
        await block(make(desk, "book"), received, error)
    except BaseException as out:
        return desk.ledger, received, out
    return desk.ledger, received, None


async def run_cancelled(make, step: int):
    """The desk's ledger and the ending, cancelled after ``step`` steps of the loop."""
    desk = Desk()
    task = asyncio.create_task(block(make(desk, "book"), [], wait=True))
    for _ in range(step):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    if task.cancelled():
        return desk.ledger, "CancelledError"
    return desk.ledger, repr(task.exception())


def pairs(submission: Submission):
    return (("lease", submission.lease, Lease), ("Audit", submission.Audit, audit))


def ending(out) -> str:
    return "nothing came out" if out is None else f"{out!r} came out"


@case("the two forms")
async def forms(submission: Submission):
    expect(
        isinstance(submission.Audit, type),
        hint="`Audit` is to be a class with `__aenter__` and `__aexit__`.",
        saw=f"a {type(submission.Audit).__name__}",
    )
    expect(
        isinstance(submission.lease(Desk(), "book"), type(audit(Desk(), "book"))),
        hint="`lease` is to be a generator under `asynccontextmanager`.",
        saw="another kind of manager",
    )


@case("the block ends normally")
async def normal_exit(submission: Submission):
    for name, mine, original in pairs(submission):
        ledger, received, out = await run(mine)
        if out is not None:
            raise out
        wanted, item, _ = await run(original)
        expect(
            same(received, item),
            hint=f"`{name}`: `as` receives something else than from the original.",
            saw=f"{received} instead of {item}",
        )
        expect(
            same(ledger, wanted),
            hint=f"`{name}`: what does the original do after the block?",
            saw=shown(ledger),
        )


HINTS = {
    ("lease", "stops"): "The original lets this exception end at the block. "
    "How does a generator do that?",
    ("lease", "passes"): "The original lets this exception pass. "
    "Which exceptions does your generator stop?",
    ("Audit", "stops"): "The original lets this exception end at the block. "
    "How does a class tell Python that?",
    ("Audit", "passes"): "The original lets this exception pass. "
    "What does your `__aexit__` return for it?",
}


def ledger_hint(name: str, ledger: list, error: BaseException) -> str:
    """What to look at when the desk was told something else under ``error``."""
    taken = [entry for what, entry in ledger if what == "take back"]
    if not isinstance(error, Exception):
        return "Not every exception is an `Exception`: a cancellation is none."
    if len(taken) > 1:
        return "The item was taken back twice."
    if not taken and name == "lease":
        return "The item is still lent. Which of your lines runs when `yield` raises?"
    if not taken:
        return "The item is still lent. When does your `__aexit__` take it back?"
    if type(error) in (Missing, Refused):
        return "A subclass is meant too. How do you ask an exception what it is?"
    return "The item is back, with another outcome than from the original."


async def compare(name, mine, original, error):
    ledger, _, out = await run(mine, error)
    wanted, _, original_out = await run(original, error)
    expect(
        same(ledger, wanted),
        hint=f"`{name}`: {ledger_hint(name, ledger, error)}",
        saw=f"{error!r} in the block: {shown(ledger)}",
    )
    expect(
        out is original_out,
        hint=f"`{name}`: " + HINTS[name, "passes" if original_out else "stops"],
        saw=f"{error!r} in the block, {ending(out)}",
    )


@case("the block raises KeyError, or a KeyError of some kind")
async def key_errors(submission: Submission):
    for pair in pairs(submission):
        for error in (KeyError("page 3"), Missing("page 3")):
            await compare(*pair, error)


@case("the block raises ValueError, or a ValueError of some kind")
async def value_errors(submission: Submission):
    for pair in pairs(submission):
        for error in (ValueError("stained"), Refused("torn")):
            await compare(*pair, error)


@case("the block raises something else")
async def other_errors(submission: Submission):
    others = (LookupError("shelf"), IndexError("shelf"), UnicodeError("title"))
    for pair in pairs(submission):
        for error in (*others, RuntimeError("fire"), Stop("closing time")):
            await compare(*pair, error)


@case("the desk fails to lend, or to take back")
async def desk_fails(submission: Submission):
    for name, mine, original in pairs(submission):
        for failing in ("lend", "take back"):
            for error in (None, KeyError("page 3"), RuntimeError("fire")):
                ledger, _, out = await run(mine, error, failing)
                wanted, _, original_out = await run(original, error, failing)
                expect(
                    same(repr(out), repr(original_out)),
                    hint=f"`{name}`: the desk could not {failing} the item. "
                    "Its error is what the caller has to see.",
                    saw=ending(out),
                )
                expect(
                    same(ledger, wanted),
                    hint=f"`{name}`: the desk could not {failing} the item. "
                    "What is left to do then?",
                    saw=shown(ledger),
                )


@case("the task is cancelled, at each step in turn")
async def cancelled(submission: Submission):
    for name, mine, original in pairs(submission):
        for step in range(7):
            ledger, end = await run_cancelled(mine, step)
            wanted, original_end = await run_cancelled(original, step)
            expect(
                same(ledger, wanted),
                hint=f"`{name}`: cancelled after {step} steps, it leaves the desk in "
                "another state than the original does.",
                saw=shown(ledger),
            )
            expect(
                same(end, original_end),
                hint=f"`{name}`: a cancellation ends differently from the original.",
                saw=f"cancelled after {step} steps: {end}",
            )
