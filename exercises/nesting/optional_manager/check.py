"""A session is the caller's or its own, a lock is held or not; four combinations."""

from asyncwith import sweep
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("save",)


class Refused(Exception):
    """The fault of this check."""


class Noted:
    """An async manager that keeps a ledger, on a shelf where there is one."""

    def __init__(self, ledger, name, shelf=None, refuses=False):
        self.ledger, self.name, self.shelf = ledger, name, shelf
        self.refuses = refuses
        self.open = 0

    async def __aenter__(self):
        if self.shelf is not None:
            await self.shelf.acquire(self.name)
        if self.refuses:
            raise Refused(self.name)
        self.open += 1
        self.ledger.append(f"+{self.name}")
        return self

    async def __aexit__(self, *details):
        self.open -= 1
        self.ledger.append(f"-{self.name}")
        if self.shelf is not None:
            await self.shelf.release(self.name)


class Session(Noted):
    """A session; its truth value is the number of rows that it waits to send."""

    def __init__(self, *arguments, fails=False, **options):
        super().__init__(*arguments, **options)
        self.fails = fails

    def __len__(self):
        return 0

    async def write(self, row):
        expect(
            self.open == 1,
            hint="The row was written to a session that is not open.",
            saw=", ".join(self.ledger) or "nothing was entered",
        )
        self.ledger.append(f"write {row}")
        if self.fails:
            raise Refused("write")
        return f"saved {row}"


class World:
    """What `save` is called with."""

    def __init__(self, shelf=None, **options):
        self.ledger = []
        self.shelf = shelf
        self.options = options
        self.connections = 0
        self.lock = Noted(self.ledger, "lock", shelf)

    def connect(self):
        self.connections += 1
        return Session(self.ledger, "own", self.shelf, **self.options)

    async def save(self, submission, **given):
        try:
            return await submission.save(self.connect, "row 1", **given)
        except Refused as refused:
            return refused


def expect_saved(result):
    expect(
        same(result, "saved row 1"),
        hint="What `session.write` returns is what `save` returns.",
        saw=f"save returned an object of type {type(result).__name__}",
    )


@case("neither session nor lock")
async def neither(submission: Submission):
    world = World()
    result = await world.save(submission)
    expect(
        same(world.ledger, ["+own", "write row 1", "-own"]),
        hint="Nobody brought a session: one is opened, written to once, and closed.",
        saw=", ".join(world.ledger) or "nothing happened",
    )
    expect_saved(result)


@case("the caller's session")
async def callers_session(submission: Submission):
    world = World()
    async with Session(world.ledger, "caller's") as session:
        result = await world.save(submission, session=session)
        expect(
            world.connections == 0 and "+own" not in world.ledger,
            hint="A session was given, and another one was made. What do you ask "
            "about the one that was given?",
            saw=", ".join(world.ledger),
        )
        expect(
            session.open == 1,
            hint="The caller goes on with its session. Who has to leave it?",
            saw=", ".join(world.ledger),
        )
    expect(
        same(world.ledger, ["+caller's", "write row 1", "-caller's"]),
        hint="The caller's session is the caller's to enter and to leave.",
        saw=", ".join(world.ledger),
    )
    expect_saved(result)


@case("a lock and no session")
async def lock_alone(submission: Submission):
    world = World()
    expect_saved(await world.save(submission, lock=world.lock))
    expect(
        same(world.ledger, ["+lock", "+own", "write row 1", "-own", "-lock"]),
        hint="The lock is held from before the session is opened until it is closed.",
        saw=", ".join(world.ledger),
    )


@case("the caller's session and a lock")
async def both(submission: Submission):
    world = World()
    async with Session(world.ledger, "caller's") as session:
        expect_saved(await world.save(submission, session=session, lock=world.lock))
    expect(
        same(world.ledger[1:-1], ["+lock", "write row 1", "-lock"]),
        hint="The lock goes round the write, also when the session is the caller's.",
        saw=", ".join(world.ledger),
    )


@case("the write fails")
async def write_fails(submission: Submission):
    world = World(fails=True)
    result = await world.save(submission, lock=world.lock)
    expect(
        isinstance(result, Refused),
        hint="The write failed, and the caller was not told.",
        saw=f"save returned an object of type {type(result).__name__}",
    )
    expect(
        same(world.ledger, ["+lock", "+own", "write row 1", "-own", "-lock"]),
        hint="The write failed, and something was not given back, or was written "
        "again.",
        saw=", ".join(world.ledger),
    )


@case("the connection is refused")
async def connection_refused(submission: Submission):
    world = World(refuses=True)
    result = await world.save(submission, lock=world.lock)
    expect(
        isinstance(result, Refused) and same(world.ledger, ["+lock", "-lock"]),
        hint="No session could be opened. What about the lock, and the error?",
        saw=f"{', '.join(world.ledger) or 'no lock'}, then {type(result).__name__}",
    )


@case("cancelled at each suspension point")
def swept(submission: Submission):
    def scenario(shelf):
        world = World(shelf)
        return submission.save(world.connect, "row 1", lock=world.lock)

    for outcome in sweep(scenario):
        expect(
            outcome.clean,
            hint="A cancellation left something held, or was swallowed.",
            saw=f"cancelled at {outcome.point} ({outcome.place}): {outcome}",
        )
