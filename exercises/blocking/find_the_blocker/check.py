"""Everything that blocks runs in a thread, and what was opened is closed."""

import asyncio
import threading
from collections.abc import Callable
from types import SimpleNamespace

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("monthly_report",)

IN_THE_LOOP = {
    "open": "Opening blocks, and it ran in the loop's thread. In which thread does the "
    "body of an `async def` run?",
    "read": "The month was opened in a thread, and is read in the loop. When does an "
    "iterator do its work?",
    "close": "There is a blocking call where no call is to be seen: what does the end "
    "of a `with` do?",
    "sign": "`sign` ran in the loop's thread. When is it called, and by whom?",
}
STANDS_STILL = (
    "The archive works in a thread, and the loop stands still all the same. Which line "
    "waits for the thread without `await`?"
)
WHILE_READ = (
    "One thread closes the month while another reads it. Who was told that the reading "
    "is over?"
)


class Archive:
    """Blocks in each of its calls, notes them, and fails or waits where asked to."""

    def __init__(self, *, fail: str = "", hold: str = "") -> None:
        self.loop = asyncio.get_running_loop()
        self.home = threading.get_ident()
        self.fail, self.hold = fail, hold
        self.error = OSError(f"cannot {fail}")
        self.held, self.go = asyncio.Event(), threading.Event()
        self.calls: list[str] = []  # those that succeeded
        self.busy = 0
        self.mistake = ("", "")  # the first one: its hint, and what was seen

    def blocking(self, what: str) -> None:
        """What each call does: it must not be in the loop, nor stop it."""
        if threading.get_ident() == self.home:
            self.note(IN_THE_LOOP[what], f"archive: {what}, in the loop's thread")
        elif what == self.hold and what not in self.calls:
            self.loop.call_soon_threadsafe(self.held.set)
            self.go.wait(3)
        elif not self.mistake[0] and not self.sees_the_loop_alive():
            self.note(STANDS_STILL, f"archive: {what}, and no sign of life")
        if what == self.fail:
            raise self.error
        self.calls.append(what)

    def sees_the_loop_alive(self) -> bool:
        alive = threading.Event()
        self.loop.call_soon_threadsafe(alive.set)
        return alive.wait(1.5)

    def note(self, hint: str, saw: str) -> None:
        if not self.mistake[0]:
            self.mistake = (hint, saw)

    def expect_no_mistake(self) -> None:
        hint, saw = self.mistake
        expect(not hint, hint=hint, saw=saw)

    def open(self, month: str) -> "Month":
        self.blocking("open")
        return Month(self)

    def sign(self, total: object) -> str:
        self.blocking("sign")
        return f"signed: {total!r}"


class Month:
    """An open month: a context manager, and an iterator that reads."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.amounts = [20, 30]

    def __enter__(self) -> "Month":
        return self

    def __exit__(self, *details: object) -> None:
        if self.archive.busy:
            self.archive.note(WHILE_READ, "closed while a thread was reading")
        self.archive.blocking("close")

    def __iter__(self) -> "Month":
        return self

    def __next__(self) -> SimpleNamespace:
        if "close" in self.archive.calls:
            self.archive.note(WHILE_READ, "read after it was closed")
        self.archive.busy += 1
        try:
            self.archive.blocking("read")
        finally:
            self.archive.busy -= 1
        if not self.amounts:
            raise StopIteration
        return SimpleNamespace(amount=self.amounts.pop())


class Shop:
    """Async, and at home in one loop."""

    def __init__(self, error: Exception | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        self.error = error
        self.open_sessions = 0

    def session(self) -> "Shop":
        return self

    async def __aenter__(self) -> "Shop":
        expect(
            asyncio.get_running_loop() is self.loop,
            hint="The shop's session belongs to the loop of the service. Move what "
            "blocks, and nothing else.",
            saw="the session was opened in another loop",
        )
        await asyncio.sleep(0)
        self.open_sessions += 1
        return self

    async def __aexit__(self, *details: object) -> None:
        self.open_sessions -= 1
        await asyncio.sleep(0)

    async def rate(self) -> int:
        await asyncio.sleep(0)
        expect(
            self.open_sessions == 1,
            hint="The rate was asked for outside of the session's block.",
            saw=f"{self.open_sessions} open sessions",
        )
        if self.error:
            raise self.error
        return 2


async def outcome(submission: Submission, archive: Archive, shop: Shop) -> object:
    """What the report returns or raises."""
    try:
        result = await submission.monthly_report(archive, shop, "May")
    except Exception as error:
        result = error
    archive.expect_no_mistake()
    return result


def expect_closed(archive: Archive, hint: str) -> None:
    archive.expect_no_mistake()
    opened, closed = map(archive.calls.count, ("open", "close"))
    saw = f"opened {opened} times, closed {closed} times"
    expect(closed >= opened, hint=hint, saw=saw)
    expect(closed <= opened, hint="What was opened once is closed once.", saw=saw)


@case("a month is added up")
async def adds_up(submission):
    archive, shop = Archive(), Shop()
    result = await outcome(submission, archive, shop)
    expect(
        not asyncio.iscoroutine(result),
        hint="The report returned a coroutine. Who awaits it?",
        saw=f"{result!r}",
    )
    expect(
        same(result, (100, "signed: 100")),
        hint="The total of 20 and 30 at a rate of 2 is 100, and 100 is to be signed.",
        saw=f"{result!r}",
    )
    expect_closed(archive, "The month is still open.")
    expect(
        shop.open_sessions == 0,
        hint="The shop's session is still open.",
        saw="1 open session",
    )


@case("a second report at the same time")
async def two_at_once(submission):
    archives = [Archive(), Archive()]
    results = await asyncio.gather(
        *[outcome(submission, archive, Shop()) for archive in archives]
    )
    expect(
        same(results, [(100, "signed: 100")] * 2),
        hint="Two reports at the same time disturb each other.",
        saw=f"{results!r}",
    )


@case("the archive fails")
async def archive_fails(submission):
    for what in ("open", "read", "sign"):
        archive, shop = Archive(fail=what), Shop()
        result = await outcome(submission, archive, shop)
        expect(
            result is archive.error,
            hint="The archive's error should leave the report as it is.",
            saw=f"{what} failed, and the report ended with {result!r}",
        )
        expect_closed(archive, f"`{what}` failed, and the month is still open.")
        expect(
            shop.open_sessions == 0,
            hint="The archive failed, and the shop's session is still open.",
            saw="1 open session",
        )


@case("the shop fails")
async def shop_fails(submission):
    archive, error = Archive(), ConnectionError("no rate today")
    result = await outcome(submission, archive, Shop(error))
    expect(
        result is error,
        hint="The shop's error should leave the report as it is.",
        saw=f"the report ended with {result!r}",
    )
    expect_closed(archive, "The shop failed, and the month is still open.")


async def until(condition: Callable[[], bool], seconds: float = 1.0) -> bool:
    """Whether it comes true within this time."""
    now = asyncio.get_running_loop().time
    deadline = now() + seconds
    while not condition() and now() < deadline:  # noqa: ASYNC110 - threads
        await asyncio.sleep(0.005)
    return condition()


async def cancel_during(submission: Submission, what: str) -> Archive:
    """The archive after a cancellation in the midst of one of its calls."""
    archive, shop = Archive(hold=what), Shop()
    task = asyncio.create_task(submission.monthly_report(archive, shop, "May"))
    held = asyncio.create_task(archive.held.wait())
    await asyncio.wait([task, held], return_when=asyncio.FIRST_COMPLETED)
    archive.expect_no_mistake()
    task.cancel()
    for _ in range(20):
        await asyncio.sleep(0)
    if what == "read":  # time for what is wrong: to close it meanwhile
        await until(lambda: bool(archive.mistake[0]), 0.3)
    archive.go.set()
    await asyncio.wait([task, held])
    expect(
        task.cancelled(),
        hint="The report was cancelled, and whoever cancelled it cannot see that.",
        saw=f"cancelled while the archive was at `{what}`; the task is not cancelled",
    )
    await until(lambda: "close" in archive.calls and not archive.busy)
    return archive


@case("cancelled while the archive opens the month", seconds=10)
async def cancelled_while_opening(submission):
    archive = await cancel_during(submission, "open")
    expect_closed(
        archive,
        "The report was cancelled, the thread was not: it opened the month a moment "
        "later. Who closes it?",
    )


@case("cancelled while the archive reads", seconds=10)
async def cancelled_while_reading(submission):
    archive = await cancel_during(submission, "read")
    expect_closed(archive, "Cancelled while reading, and the month is still open.")


class SilentShop(Shop):
    """One that does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def rate(self) -> int:
        self.asked.set()
        await asyncio.Event().wait()
        return 2


@case("cancelled while the shop is asked")
async def cancelled_while_asking(submission):
    archive, shop = Archive(), SilentShop()
    task = asyncio.create_task(submission.monthly_report(archive, shop, "May"))
    asked = asyncio.create_task(shop.asked.wait())
    await asyncio.wait([task, asked], return_when=asyncio.FIRST_COMPLETED)
    task.cancel()
    await asyncio.wait([task])
    expect(
        task.cancelled(),
        hint="The report was cancelled, and whoever cancelled it cannot see that.",
        saw="cancelled while it asked the shop; the task is not cancelled",
    )
    await until(lambda: archive.calls.count("close") >= archive.calls.count("open"))
    expect_closed(
        archive, "Cancelled while it asked the shop, and the month is still open."
    )
    expect(
        shop.open_sessions == 0,
        hint="The report was cancelled, and the shop's session is still open.",
        saw="1 open session",
    )
