"""An export that fails or is cancelled anywhere; its file is looked at at once."""

import gc
import io
import warnings

from asyncwith import checkpoint, sweep_task
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("export",)

ROWS = [b"ada,17\n", b"bob,4\n", b"", b"eve,300\n"]
WHOLE = b"".join(ROWS)


class File(io.BytesIO):
    """A file in memory, whose disk may be full."""

    def __init__(self, full_at: int | None = None) -> None:
        super().__init__()
        self.full_at, self.writes = full_at, 0
        self.content = b""

    def close(self) -> None:
        if not self.closed:
            self.content = self.getvalue()
        super().close()

    def write(self, data) -> int:
        self.writes += 1
        if self.writes == self.full_at:
            raise OSError(28, "No space left on device")
        return super().write(data)

    def writelines(self, lines) -> None:
        for line in lines:
            self.write(line)


class Customer:
    """Receives chunks, opens files, and keeps both."""

    def __init__(self, *, full_at=None, leaves_at=None, refuses=False) -> None:
        self.files: list[File] = []
        self.chunks: list[bytes] = []
        self.full_at, self.leaves_at, self.refuses = full_at, leaves_at, refuses
        self.early = False
        self.read = self.opens = self.sends = self.now = self.peak = 0

    def rows(self, fails_at=None):
        for row in ROWS:
            if self.read == fails_at:
                raise LookupError("row")
            self.read += 1
            yield row

    def open_file(self) -> File:
        self.opens += 1
        if self.refuses:
            raise OSError(24, "Too many open files")
        self.files.append(File(self.full_at))
        return self.files[-1]

    async def send(self, chunk) -> None:
        self.early = self.early or self.read < len(ROWS)
        self.sends += 1
        if len(self.chunks) == self.leaves_at:
            raise ConnectionResetError("the customer has left")
        self.now += 1
        self.peak = max(self.peak, self.now)
        try:
            await checkpoint(f"chunk {len(self.chunks)}")
        finally:
            self.now -= 1
        self.chunks.append(bytes(chunk))


def still_open(customer: Customer) -> list[str]:
    return [f"file {n}" for n, file in enumerate(customer.files) if not file.closed]


def expect_closed(customer: Customer, what: str) -> None:
    expect(
        not still_open(customer),
        hint="`export` has ended, and its file is open: the report's descriptor. Which "
        "lines can be left in between?",
        saw=f"{what}: the file is not closed",
    )


async def ended(submission: Submission, customer: Customer, **options):
    """The result and the exception, which is kept with all its frames."""
    export = submission.export(
        customer.rows(**options), customer.send, customer.open_file
    )
    try:
        return await export, None
    except Exception as error:
        return None, error


@case("all goes well")
async def well(submission: Submission):
    customer = Customer()
    result, error = await ended(submission, customer)
    expect(error is None, hint="Nothing had failed, and it raises.", saw=f"{error!r}")
    expect(
        len(customer.files) == 1,
        hint="`open_file` is called once for an export.",
        saw=f"{len(customer.files)} files",
    )
    expect(
        not customer.early,
        hint="A chunk was sent before the last row had been read.",
        saw=f"{len(customer.chunks)} chunks, {customer.read} rows",
    )
    expect(
        same(b"".join(customer.chunks), WHOLE),
        hint="The export is not what was in the rows.",
        saw=f"sent {b''.join(customer.chunks)!r}",
    )
    wanted = [WHOLE[i : i + 4] for i in range(0, len(WHOLE), 4)]
    expect(
        same(customer.chunks, wanted),
        hint="Chunks of four bytes, the last one perhaps shorter.",
        saw=f"{customer.chunks}",
    )
    expect(
        customer.peak == 1,
        hint="One chunk after the other: the next `send` begins when the one before "
        "it has ended.",
        saw=f"{customer.peak} chunks were on their way at once",
    )
    expect(
        same(result, len(WHOLE)),
        hint="It returns the number of bytes sent.",
        saw=f"returned {result!r}",
    )
    expect_closed(customer, "nothing failed")


@case("there are no rows")
async def no_rows(submission: Submission):
    customer = Customer()
    result = await submission.export([], customer.send, customer.open_file)
    expect(
        same(result, 0) and not customer.chunks,
        hint="No row, no chunk, 0 bytes.",
        saw=f"returned {result!r}, sent {customer.chunks}",
    )
    expect_closed(customer, "no rows")


@case("the customer leaves")
async def leaves(submission: Submission):
    for number in range((len(WHOLE) + 3) // 4):
        customer = Customer(leaves_at=number)
        _, error = await ended(submission, customer)
        expect(
            isinstance(error, ConnectionResetError),
            hint="The customer has left, and the caller is not told.",
            saw=f"chunk {number} failed: {error!r} came out",
        )
        expect_closed(customer, f"send raised at chunk {number}")


@case("a row cannot be read")
async def bad_row(submission: Submission):
    for number in range(len(ROWS)):
        customer = Customer()
        _, error = await ended(submission, customer, fails_at=number)
        expect(
            isinstance(error, LookupError),
            hint="A row could not be read, and the caller is not told.",
            saw=f"row {number} failed: {error!r} came out",
        )
        expect(
            not customer.chunks,
            hint="Half an export was sent.",
            saw=f"row {number} failed, sent {customer.chunks}",
        )
        expect_closed(customer, f"reading row {number} raised")


@case("the disk is full")
async def disk_full(submission: Submission):
    for number in (1, 2, 3):
        customer = Customer(full_at=number)
        _, error = await ended(submission, customer)
        if not customer.files or customer.files[0].writes < number:
            continue  # fewer, larger writes
        expect(
            isinstance(error, OSError) and error.errno == 28,
            hint="The disk is full, and the caller is not told.",
            saw=f"write {number} failed: {error!r} came out",
        )
        expect_closed(customer, f"write {number} raised")


@case("no file can be opened")
async def refused(submission: Submission):
    customer = Customer(refuses=True)
    _, error = await ended(submission, customer)
    expect(
        isinstance(error, OSError) and error.errno == 24,
        hint="The file could not be opened. What does the caller get instead of that?",
        saw=f"open_file raised OSError 24: {error!r} came out",
    )
    expect(
        not customer.chunks,
        hint="No file, and yet something was sent.",
        saw=f"sent {customer.chunks}",
    )


@case("cancelled at each chunk")
async def cancelled(submission: Submission):
    customers: list[Customer] = []

    async def scenario():
        customers.append(Customer())
        customer = customers[-1]
        await submission.export(customer.rows(), customer.send, customer.open_file)

    report = await sweep_task(scenario, leaked=lambda: still_open(customers[-1]))
    expect(
        not report.leaks,
        hint="The customer was gone, cancelled in the middle, and the file is open. "
        "What does `except Exception` not catch?",
        saw=str(report),
    )
    expect(
        not report.swallowed,
        hint="The cancellation ended in your code. Which line catches it?",
        saw=str(report),
    )


@case("what else was changed")
async def untouched(submission: Submission):
    def settings():
        return list(warnings.filters), gc.isenabled(), gc.get_threshold()

    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        before = settings()
        customer = Customer()
        await ended(submission, customer)
        expect(
            settings() == before,
            hint="A warning that is switched off was right, and will be right again.",
            saw="the filters of warnings, or the garbage collector, were changed",
        )


@case("what the file holds")
async def file_content(submission: Submission):
    customer = Customer()
    await ended(submission, customer)
    content = customer.files[0].content
    expect(
        same(content, WHOLE),
        hint="The rows are written into the file. What was in it when it was closed?",
        saw=f"the file held {content!r}",
    )


@case("what else was changed meanwhile")
async def untouched_meanwhile(submission: Submission):
    def settings():
        return list(warnings.filters), gc.isenabled(), gc.get_threshold()

    before, meanwhile = settings(), []
    customer = Customer()

    async def send(chunk):
        meanwhile.append(settings())
        await customer.send(chunk)

    await submission.export(customer.rows(), send, customer.open_file)
    expect(
        all(each == before for each in meanwhile),
        hint="While a chunk is on its way, others run, and these settings are theirs, "
        "too.",
        saw="the filters of warnings, or the garbage collector, differ during a send",
    )


@case("how often it tries")
async def tries_once(submission: Submission):
    refusing = Customer(refuses=True)
    await ended(submission, refusing)
    expect(
        refusing.opens == 1,
        hint="`open_file` is called once. Who asked for a second try?",
        saw=f"it was refused, and called {refusing.opens} times",
    )
    leaving = Customer(leaves_at=2)
    await ended(submission, leaving)
    expect(
        leaving.sends == 3,
        hint="The third `send` failed: the customer has left, and that is the end.",
        saw=f"{leaving.sends} calls of send",
    )
