"""The flat header keeps the staircase's ledger, whatever fails or is cancelled."""

from contextlib import asynccontextmanager

from asyncwith import checkpoint, sweep
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("export",)
STEPS = ["lock export", "session", "transaction", "cursor orders"]
ROWS = ["order 17", "order 18"]


class Refused(Exception):
    """The fault of this check."""


class Storage:
    """Hands out managers and writes down what happens to them."""

    def __init__(self, shelf=None, refuse=None):
        self.shelf = shelf
        self.refuse = refuse
        self.open = []
        self.ledger = []

    @asynccontextmanager
    async def _step(self, name, value=None):
        if self.shelf is not None:
            await self.shelf.acquire(name)
        if self.refuse == name:
            raise Refused(name)
        self.open.append(name)
        self.ledger.append("+" + name)
        try:
            yield value
        finally:
            self.open.remove(name)
            self.ledger.append("-" + name)
            if self.shelf is not None:
                await self.shelf.release(name)

    def lock(self, name):
        return self._step(f"lock {name}")

    def session(self):
        return self._step("session", Session(self))


class Session:
    """What a session's block binds."""

    def __init__(self, storage):
        self._storage = storage

    def transaction(self):
        return self._storage._step("transaction")

    def cursor(self, table):
        return self._storage._step(f"cursor {table}", Cursor(self._storage))


class Cursor:
    """Reads while everything that it needs is open."""

    def __init__(self, storage):
        self._storage = storage

    async def read(self):
        storage = self._storage
        missing = [step for step in STEPS if step not in storage.open]
        expect(
            not missing,
            hint="The cursor was read while something that it needs was not open.",
            saw=f"not open: {', '.join(missing)}",
        )
        storage.ledger.append("read")
        await checkpoint("reading")
        if storage.refuse == "read":
            raise Refused("read")
        return list(ROWS)


async def run(submission, storage):
    """What `export` returned or raised."""
    try:
        return await submission.export(storage)
    except Refused as refused:
        return refused


def wanted(stop):
    """The staircase's ledger when `stop` is refused (`None`: nothing is)."""
    entered = STEPS[: STEPS.index(stop)] if stop in STEPS else STEPS
    reads = [] if stop in STEPS else ["read"]
    return [f"+{s}" for s in entered] + reads + [f"-{s}" for s in entered[::-1]]


@case("nothing fails")
async def nothing_fails(submission: Submission):
    storage = Storage()
    result = await run(submission, storage)
    entered = [line[1:] for line in storage.ledger if line[0] == "+"]
    left = [line[1:] for line in storage.ledger if line[0] == "-"]
    expect(
        same(sorted(entered), sorted(STEPS)),
        hint="The staircase has four steps: a lock, a session, a transaction, a "
        "cursor, each entered once.",
        saw=", ".join(storage.ledger),
    )
    expect(
        same(entered, STEPS),
        hint="Entered in another order than the staircase's. Which step is outermost?",
        saw=", ".join(storage.ledger),
    )
    expect(
        same(left, STEPS[::-1]),
        hint="Left in another order than the staircase's: the last one in is the "
        "first one out.",
        saw=", ".join(storage.ledger),
    )
    expect(
        same(storage.ledger.count("read"), 1),
        hint="The cursor is read once.",
        saw=", ".join(storage.ledger),
    )
    expect(
        same(result, ROWS),
        hint="What the cursor read is the result.",
        saw=f"export returned an object of type {type(result).__name__}",
    )


@case("one entry is refused, then another")
async def entries_refused(submission: Submission):
    for step in STEPS:
        storage = Storage(refuse=step)
        result = await run(submission, storage)
        expect(
            isinstance(result, Refused),
            hint="An entry was refused, and the caller was not told.",
            saw=f"{step} was refused; export returned {type(result).__name__}",
        )
        expect(
            same(storage.ledger, wanted(step)),
            hint="An entry was refused. What had been entered has to exit, last "
            "first, and nothing else may begin.",
            saw=f"{step} was refused: {', '.join(storage.ledger) or 'no step at all'}",
        )


@case("the read fails")
async def read_fails(submission: Submission):
    storage = Storage(refuse="read")
    result = await run(submission, storage)
    expect(
        isinstance(result, Refused),
        hint="The read failed, and the caller was not told.",
        saw=f"export returned an object of type {type(result).__name__}",
    )
    expect(
        same(storage.ledger, wanted(None)),
        hint="The read failed. Every step still has its exit, last one first.",
        saw=", ".join(storage.ledger),
    )


@case("cancelled at each suspension point")
def swept(submission: Submission):
    report = sweep(lambda shelf: submission.export(Storage(shelf)))
    for outcome in report:
        expect(
            outcome.clean,
            hint="A cancellation left something open, or was swallowed.",
            saw=f"cancelled at {outcome.point} ({outcome.place}): {outcome}",
        )


@case("the shape of the code")
def is_flat(submission: Submission):
    code = getattr(submission.export, "__code__", None)
    margins = {}
    for line, _, column, _ in code.co_positions() if code else ():
        if line is not None and column is not None and line > code.co_firstlineno:
            margins[line] = min(column, margins.get(line, column))
    expect(
        len(set(margins.values())) <= 4,
        hint="It works, and it is the staircase still. How many blocks can stand in "
        "one header?",
        saw=f"lines that begin in {len(set(margins.values()))} different columns",
    )
