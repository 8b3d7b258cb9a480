"""Messages in order, a lost session, and what stays on the connection."""

import asyncio
import contextlib

import asyncpg

from asyncwith import postgres, sweep_task
from asyncwith.checking import Sessions, Submission, case, expect, same

DEFINES = ("listening",)

DSN = postgres.dsn()
OURS = Sessions(DSN, "listening")
MANY = "select pg_notify('news', n::text) from generate_series(1, 1499) as n"


class Line:
    """An asyncpg connection that keeps the book of what is registered on it."""

    def __init__(self, connection):
        self._connection = connection
        self.registered: list[tuple[str, object]] = []

    def __getattr__(self, name: str):
        return getattr(self._connection, name)

    async def add_listener(self, channel, callback) -> None:
        self.registered.append((channel, callback))
        await self._connection.add_listener(channel, callback)

    async def remove_listener(self, channel, callback) -> None:
        if (channel, callback) in self.registered:
            self.registered.remove((channel, callback))
        await self._connection.remove_listener(channel, callback)

    def add_termination_listener(self, callback) -> None:
        self.registered.append(("its end", callback))
        self._connection.add_termination_listener(callback)

    def remove_termination_listener(self, callback) -> None:
        if ("its end", callback) in self.registered:
            self.registered.remove(("its end", callback))
        self._connection.remove_termination_listener(callback)


class Radio:
    """The listening connection, and another session that sends."""

    def __init__(self, line: Line, sender):
        self.line = line
        self.sender = sender

    async def send(self, *messages: str) -> None:
        for message in messages:
            await self.sender.execute("select pg_notify('news', $1)", message)

    async def settle(self) -> None:
        """Whatever was sent has reached the connection's callbacks."""
        try:
            await self.line.fetchval("select 1")
        except asyncpg.InterfaceError as error:
            expect(
                False,
                hint="Somebody else's query is refused, since yours still runs on the "
                "connection. Who waits for it to end?",
                saw=f"{error!r}",
            )
        await asyncio.sleep(0)

    async def left(self) -> list[str]:
        left = [f"a function for {what}" for what, _ in self.line.registered]
        if not self.line.is_closed():
            rows = await self.line.fetch("select pg_listening_channels() as name")
            left += [f"LISTEN {row['name']}" for row in rows]
        return left


@contextlib.asynccontextmanager
async def radio():
    async with OURS.alone() as sender, OURS.session() as connection:
        yield Radio(Line(connection), sender)


async def take(stream, count: int, seconds: float = 0.5) -> list[str]:
    """The next messages, fewer if they do not come in time."""
    seen: list[str] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            async for message in stream:
                seen.append(message)
                if len(seen) == count:
                    break
    return seen


async def expect_silence(air: Radio, when: str) -> None:
    left = await air.left()
    expect(
        not left,
        hint="The block is over, and the connection still carries something of "
        "yours. Is what you remove what you added?",
        saw=f"{when}: {', '.join(left)}",
    )


@case("messages before, in, and after the block")
async def plain(submission: Submission):
    async with radio() as air:
        await air.send("before")
        async with submission.listening(air.line, "news") as stream:
            expect(
                hasattr(type(stream), "__aiter__"),
                hint="`as` should bind something for `async for`.",
                saw=f"`as` bound a {type(stream).__name__}",
            )
            await air.send("tea", "rice")
            await air.settle()
            seen = await take(stream, 2)
            expect(
                same(seen, ["tea", "rice"]),
                hint="They were sent in the block, before the loop began. Since when "
                "do you listen, and where is a message that nobody has asked for "
                "yet?",
                saw=f"got {seen} of ['tea', 'rice']",
            )
            await air.send("tea", "", "salt")
            await air.settle()
            try:
                seen = await take(stream, 3)
            except ConnectionError as error:
                seen = [f"{error!r} came out"]
            expect(
                same(seen, ["tea", "", "salt"]),
                hint="A message may come a second time, and may be an empty text. "
                "What does your loop take it for?",
                saw=f"got {seen} of ['tea', '', 'salt']",
            )
        await air.send("after")
        await air.settle()
        await expect_silence(air, "after the block")


@case("fifteen hundred messages while the loop works on the first")
async def burst(submission: Submission):
    async with radio() as air:
        seen: list[str] = []
        wanted = [str(number) for number in range(1_500)]
        async with submission.listening(air.line, "news") as stream:
            await air.send("0")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2):
                    async for message in stream:
                        seen.append(message)
                        if message == "0":
                            await air.sender.execute(MANY)
                            await air.settle()
                        if len(seen) == 1_500:
                            break
        expect(
            same(seen, wanted),
            hint="Messages came while the loop was busy, and were lost or mixed up.",
            saw=f"{len(seen)} of 1500, {seen[-3:]} at the end",
        )
        await expect_silence(air, "after a break")


@case("the block raises")
async def raises(submission: Submission):
    async with radio() as air:
        error, caught = KeyError("no such order"), None
        try:
            async with submission.listening(air.line, "news") as stream:
                await air.send("tea")
                async for _ in stream:
                    raise error
        except Exception as other:
            caught = other
        expect(
            caught is error,
            hint="The block's exception should leave it unchanged.",
            saw=f"{caught!r} came out",
        )
        await expect_silence(air, "the block raised")


@case("others listen on the same connection")
async def others(submission: Submission):
    async with radio() as air:
        heard: list[str] = []

        def hear(connection, process, channel, message):
            heard.append(message)

        await air.line.add_listener("news", hear)
        async with submission.listening(air.line, "news") as one:
            async with submission.listening(air.line, "news") as two:
                await air.send("tea", "salt")
                both = [await take(one, 2), await take(two, 2)]
            await air.send("rice")
            rest = await take(one, 1)
        await air.send("milk")
        await air.settle()
        expect(
            same(heard, ["tea", "salt", "rice", "milk"]),
            hint="Your block has ended somebody else's subscription.",
            saw=f"the other listener heard {heard}",
        )
        expect(
            same(both, [["tea", "salt"]] * 2) and same(rest, ["rice"]),
            hint="Two blocks listen to one channel, and each should get everything.",
            saw=f"first {both[0] + rest}, second {both[1]}",
        )
        await air.line.remove_listener("news", hear)
        await expect_silence(air, "after both blocks")


@case("the session is killed")
async def killed(submission: Submission):
    async with radio() as air:
        seen: list[str] = []
        error: BaseException | None = None
        ended = False
        try:
            async with asyncio.timeout(2):
                async with submission.listening(air.line, "news") as stream:
                    await air.send("tea", "rice")
                    await air.settle()
                    await air.sender.execute(
                        f"select pg_terminate_backend(pid) from {OURS.others}"
                    )
                    while not air.line.is_closed():  # noqa: ASYNC110
                        await asyncio.sleep(0.002)
                    async for message in stream:
                        seen.append(message)
                    ended = True
        except Exception as other:
            error = other
        expect(
            not isinstance(error, TimeoutError),
            hint="The session is dead, and the loop waits for its next message. Who "
            "tells it?",
            saw=f"got {seen}, then nothing for 2 s",
        )
        expect(
            not ended,
            hint="The session is dead, and the loop ended as if the work were done.",
            saw=f"got {seen}, then the line after the loop ran",
        )
        expect(
            isinstance(error, ConnectionError),
            hint="A lost session should arrive as a ConnectionError.",
            saw=f"{error!r}",
        )
        expect(
            same(seen, ["tea", "rice"]),
            hint="Two messages had arrived before the session was lost.",
            saw=f"got {seen}",
        )


@case("the session is killed while the loop waits")
async def killed_while_waiting(submission: Submission):
    async with radio() as air:
        entered = asyncio.Event()

        async def work() -> None:
            async with submission.listening(air.line, "news") as stream:
                entered.set()
                async for _ in stream:
                    pass

        task = asyncio.create_task(work())
        await entered.wait()
        for _ in range(3):  # the loop has come to its first wait
            await asyncio.sleep(0)
        await air.sender.execute(f"select pg_terminate_backend(pid) from {OURS.others}")
        await asyncio.wait([task], timeout=2)
        error = task.exception() if task.done() else None
        expect(
            isinstance(error, ConnectionError),
            hint="The session is dead, and the loop waits for its next message. Who "
            "tells it?",
            saw=f"{error!r} came out" if task.done() else "it still waits after 2 s",
        )


@case("cancelled at each wait")
async def cancelled(submission: Submission):
    async with radio() as air:
        sent: list[asyncio.Task[None]] = []

        async def scenario() -> None:
            async with submission.listening(air.line, "news") as stream:
                # It is sent when the loop below waits: there is always that wait.
                sent.append(asyncio.create_task(air.send("tea")))
                async for _ in stream:
                    break

        async def leaked() -> list[str]:
            await asyncio.gather(*sent)
            left = [f"a function for {what}" for what, _ in air.line.registered]
            for what, callback in list(air.line.registered):
                if what == "its end":
                    air.line.remove_termination_listener(callback)
                else:
                    await air.line.remove_listener(what, callback)
            return left

        report = await sweep_task(scenario, leaked=leaked)
        expect(
            not report.leaks,
            hint="Cancelled at a wait, and the connection still carries something of "
            "yours.",
            saw=str(report),
        )
        expect(
            not report.swallowed,
            hint="The cancellation ended in your code. Which line catches it?",
            saw=str(report),
        )
