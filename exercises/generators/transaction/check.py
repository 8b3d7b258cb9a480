"""Rows after normal, error, cancel, timeout; the exception passes unchanged."""

import asyncio

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("transaction",)

WORDS = {
    "START TRANSACTION": "BEGIN",
    "BEGIN TRANSACTION": "BEGIN",
    "COMMIT TRANSACTION": "COMMIT",
    "END": "COMMIT",
    "ROLLBACK TRANSACTION": "ROLLBACK",
    "ABORT": "ROLLBACK",
}


class Connection:
    """Stands for a database connection; other statements than these three are rows."""

    def __init__(self, failing=None):
        self.failing = failing or {}
        self.statements = []
        self.committed = []
        self.pending = None
        self.closed = False

    @property
    def in_transaction(self):
        return self.pending is not None

    async def execute(self, statement):
        word = " ".join(statement.strip().rstrip(";").upper().split())
        word = WORDS.get(word, word)
        await asyncio.sleep(0)
        self.statements.append(word)
        if word == "COMMIT" and word in self.failing:
            self.pending = None  # a failed COMMIT ends the transaction too
        if self.closed:
            raise RuntimeError("connection is closed")
        if word in self.failing:
            self.closed = word == "BEGIN"
            raise self.failing[word]
        if word == "BEGIN":
            self.pending = []
        elif word == "COMMIT":
            self.committed += self.pending or []
            self.pending = None
        elif word == "ROLLBACK":
            self.pending = None
        else:
            (self.committed if self.pending is None else self.pending).append(word)


def saw(connection: Connection) -> str:
    return ", ".join(connection.statements)


async def order(submission: Submission, connection: Connection, error=None):
    """What came out of a block that inserts a row and raises ``error``."""
    try:
        async with submission.transaction(connection):
            await connection.execute("INSERT TEA")
            if error is not None:
                raise error
    except BaseException as out:
        return out


@case("the block ends normally")
async def normal_exit(submission: Submission):
    connection = Connection()
    async with submission.transaction(connection) as received:
        expect(
            connection.in_transaction,
            hint="The block has begun and the transaction has not.",
            saw=saw(connection) or "no statement",
        )
        expect(
            received is connection,
            hint="The block receives what you yield.",
            saw=f"`as` bound {received!r}",
        )
        await connection.execute("INSERT TEA")
    expect(
        same(connection.committed, ["INSERT TEA"]) and not connection.in_transaction,
        hint="The block succeeded, and its row is not in the table.",
        saw=saw(connection),
    )
    expect(
        same(connection.statements, ["BEGIN", "INSERT TEA", "COMMIT"]),
        hint="A transaction ends once: by COMMIT or by ROLLBACK.",
        saw=saw(connection),
    )


@case("the block raises ValueError")
async def block_raises(submission: Submission):
    connection, error = Connection(), ValueError("out of stock")
    out = await order(submission, connection, error)
    expect(
        not connection.committed,
        hint="The block failed, and its row was committed. "
        "How does the code after your `yield` know how the block ended?",
        saw=saw(connection),
    )
    expect(
        not connection.in_transaction,
        hint="The block failed, and its transaction is still open.",
        saw=saw(connection),
    )
    expect(
        out is not None,
        hint="The order failed, and its caller was not told.",
        saw="the line after the block ran",
    )
    expect(
        out is error,
        hint="The exception that leaves is the one that was raised.",
        saw=f"{out!r}",
    )
    expect(
        same(connection.statements, ["BEGIN", "INSERT TEA", "ROLLBACK"]),
        hint="A transaction ends once: by COMMIT or by ROLLBACK.",
        saw=saw(connection),
    )


@case("the block is cancelled")
async def block_cancelled(submission: Submission):
    connection, inside = Connection(), asyncio.Event()

    async def cancelled_order():
        async with submission.transaction(connection):
            await connection.execute("INSERT TEA")
            inside.set()
            await asyncio.sleep(3600)

    task = asyncio.create_task(cancelled_order())
    await inside.wait()
    task.cancel()
    await asyncio.wait([task])
    expect(
        not connection.committed,
        hint="A cancelled order was committed. Which of your lines took the "
        "CancelledError for a success?",
        saw=saw(connection),
    )
    expect(
        not connection.in_transaction,
        hint="The connection goes back into service inside the cancelled order's "
        "transaction. Which `except` does not see a CancelledError?",
        saw=saw(connection),
    )
    expect(
        task.cancelled(),
        hint="The cancellation ended at your manager: the task was not cancelled.",
        saw="the task went on after the block",
    )


@case("the block runs into a timeout of 2 s")
def block_times_out(submission: Submission):
    connection = Connection()

    async def main():
        try:
            async with asyncio.timeout(2):
                async with submission.transaction(connection):
                    await connection.execute("INSERT TEA")
                    await asyncio.sleep(3600)
        except TimeoutError as out:
            return out

    out = run_virtual(main())
    expect(
        isinstance(out, TimeoutError) and not connection.committed,
        hint="A timeout cancels the block. The CancelledError has to reach "
        "`asyncio.timeout`, which turns it into a TimeoutError.",
        saw=f"{out!r} after {saw(connection)}",
    )


@case("the block raises KeyboardInterrupt")
async def interrupted(submission: Submission):
    connection, error = Connection(), KeyboardInterrupt()
    out = await order(submission, connection, error)
    expect(
        out is error and not connection.committed and not connection.in_transaction,
        hint="Naming CancelledError covers one of them. "
        "What is the common base of all exceptions?",
        saw=f"{saw(connection)}; {out!r} came out",
    )


@case("BEGIN fails")
async def begin_fails(submission: Submission):
    error = ConnectionError("server closed the connection")
    connection = Connection({"BEGIN": error})
    out = await order(submission, connection)
    expect(
        "INSERT TEA" not in connection.statements,
        hint="There was no transaction, and the block ran.",
        saw=saw(connection),
    )
    expect(
        out is error,
        hint="The reason why BEGIN failed is hidden by another error. "
        "What is there to roll back when nothing has begun?",
        saw=f"{out!r} came out after {saw(connection)}",
    )


@case("COMMIT fails")
async def commit_fails(submission: Submission):
    error = ConnectionError("could not serialize access")
    connection = Connection({"COMMIT": error})
    out = await order(submission, connection)
    expect(
        out is error,
        hint="Nothing was committed, and the caller takes it for done. "
        "What happens to an exception of the COMMIT?",
        saw="the line after the block ran" if out is None else f"{out!r}",
    )


@case("a failed order, then one that succeeds")
async def used_again(submission: Submission):
    connection = Connection()
    await order(submission, connection, ValueError("out of stock"))
    await order(submission, connection)
    expect(
        same(connection.committed, ["INSERT TEA"]),
        hint="The connection must be fit for the next transaction.",
        saw=saw(connection),
    )
