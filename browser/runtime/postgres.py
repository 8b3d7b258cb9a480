"""PostgreSQL on the in-memory network: PGlite, behind PostgreSQL's wire protocol.

PGlite is PostgreSQL compiled for browsers, one backend without a network. This is
the rest of a server: it greets clients, hands their messages to the backend, and
gives each client what is its own as far as one backend allows. One client at a
time has the backend; it keeps it while it is in a transaction, or in the middle of
an operation, and the others wait. A client that waits, or sleeps in ``pg_sleep``,
can be cancelled; a statement that computes cannot.

`listen` costs nothing: PostgreSQL is loaded when the first client connects.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import struct
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

__all__ = ["PORT", "Backend", "Server", "listen", "restart"]

PORT = 5432
MOST_CLIENTS = 20
"""Connections to the book's database, as on the book's own servers."""

LONGEST_IDLE = 2.0
"""Seconds that a transaction in which nothing happens keeps others waiting."""

CANCEL, SSL, GSS = 80877102, 80877103, 80877104
SYNC, QUERY, PARSE, BIND, EXECUTE, CLOSE, TERMINATE = b"SQPBECX"
COPY_DATA, COPY_DONE, COPY_FAIL = b"dcf"

SLEEP = re.compile(
    r"\s*select\s+pg_sleep\s*\(\s*([\d.]+|\$1)(?:::\w+)?\s*\)\s*;?\s*$", re.I
)
COPY_IN = re.compile(r"\s*copy\b.*\bfrom\s+stdin\b", re.I | re.S)
LISTENING = re.compile(r"(?:^|;)\s*(un)?listen\s+(\*|\"(?:[^\"]|\"\")+\"|\w+)", re.I)
SLEEPLESS = "select pg_sleep(0)"
FORGET = "close all;unlisten *;discard plans;discard temp;discard sequences;reset all;"
"""What ends with the last session; its role stays."""

PARAMETERS = ["server_version", "client_encoding", "DateStyle", "TimeZone"]
PARAMETERS += ["integer_datetimes", "IntervalStyle", "standard_conforming_strings"]
PARAMETERS += ["server_encoding"]
"""What a server tells its clients of itself."""

_secrets = itertools.count(1)
_pids = itertools.count(100)

Run = Callable[[bytes], Awaitable[bytes]]
"""Gives messages to PostgreSQL and returns its answer."""


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def refusal(code: str, words: str, severity: str = "ERROR") -> bytes:
    fields = f"S{severity}\0V{severity}\0C{code}\0M{words}\0\0"
    return message(b"E", fields.encode())


def split(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The messages of an answer: kind, body."""
    place = 0
    while place < len(data):
        [length] = struct.unpack_from("!i", data, place + 1)
        yield data[place], data[place + 5 : place + 1 + length]
        place += 1 + length


class TurnKept(Exception):
    """Another connection keeps the backend, in a transaction without activity."""


KEPT = (
    "another connection is in a transaction, and the browser's PostgreSQL has "
    "one session for all of them"
)


class Backend:
    """The one backend, and whose turn it is.

    Parameters
    ----------
    start
        Loads PostgreSQL; awaited once, when it is first needed.
    """

    def __init__(self, start: Callable[[], Awaitable[Run]]) -> None:
        self._start = start
        self._run: Run | None = None
        self._starting = asyncio.Lock()
        self.turn = asyncio.Lock()
        self.holder: Client | None = None  # whose turn it is
        self.clients: set[Client] = set()
        self.parameters: dict[str, str] = {}

    async def run(self, data: bytes) -> bytes:
        async with self._starting:
            if self._run is None:
                self._run = await self._start()
                await self._introduce()
        try:
            return await self._run(data)
        except BaseException:
            self._run = None  # it has crashed: the next client gets a new one
            raise

    async def _introduce(self) -> None:
        assert self._run is not None
        for name in PARAMETERS:
            answer = await self._run(message(b"Q", f"show {name}\0".encode()))
            for kind, body in split(answer):
                if kind == ord("D"):
                    self.parameters[name] = body[6:].decode()
        self.parameters["is_superuser"] = "off"
        await self._run(message(b"Q", b"reset all\0"))  # PGlite's own settings

    async def listen_again(self) -> None:
        """Listen to what the other clients listen to: it is one session's."""
        assert self._run is not None
        for channel in sorted(
            {name for each in self.clients for name in each.channels}
        ):
            await self._run(message(b"Q", f'listen "{channel}"\0'.encode()))

    def notify(self, sender: Client, body: bytes) -> None:
        """Give a notification to every client that listens to its channel."""
        channel = body[4:].split(b"\0")[0].decode()
        for client in self.clients:
            if channel in client.channels:
                said = struct.pack("!i", sender.pid) + body[4:]
                client.send(message(b"A", said))


class Client(asyncio.Protocol):
    """One connection to the server, from its greeting to its end."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.pid, self.secret = next(_pids), next(_secrets)
        self.channels: set[str] = set()
        self._transport: Any = None
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self._greeted = self._gone = self._has_turn = False
        self._in_transaction = False
        self._idle_since: float | None = None  # in its transaction
        self._statements: dict[bytes, str] = {}
        self._portals: dict[bytes, bytes] = {}  # each one's statement
        self._sleeping: asyncio.Future[None] | None = None
        self._work: asyncio.Task[None] | None = None

    # -- the transport -----------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._work = asyncio.ensure_future(self._serve())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._arrived.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone = True
        self._arrived.set()
        self.cancel()

    def send(self, data: bytes) -> None:
        if not self._gone:
            self._transport.write(data)

    def end(self) -> None:
        """Hang up."""
        self._transport.abort()

    def cancel(self) -> None:
        """End what this client waits for."""
        if self._sleeping is not None and not self._sleeping.done():
            self._sleeping.cancel()

    # -- a client's life ---------------------------------------------------

    async def _serve(self) -> None:
        try:
            if await self._greet():
                await self._answer_all()
        except Exception as error:
            said = f"the browser's PostgreSQL has failed: {error}"
            self.send(refusal("XX000", said, "FATAL"))
        finally:
            self._transport.close()
            was_known = self in self.backend.clients
            self.backend.clients.discard(self)
            if was_known:
                with contextlib.suppress(Exception):
                    await self._tidy()
            if self._has_turn:
                self._give_turn()

    async def _read(self, size: int) -> bytes | None:
        """The next bytes; None when the client has gone."""
        while len(self._buffer) < size:
            if self._gone:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    async def _greet(self) -> bool:
        while True:
            head = await self._read(8)
            if head is None:
                return False
            length, code = struct.unpack("!ii", head)
            body = await self._read(length - 8)
            if body is None:
                return False
            if code == CANCEL:
                wanted = struct.unpack("!ii", body)
                for client in self.backend.clients:
                    if (client.pid, client.secret) == wanted:
                        client.cancel()
                return False
            if code not in (SSL, GSS):
                break
            self.send(b"N")  # no encryption here
        options = dict(itertools.batched(body.split(b"\0"), 2))
        if len(self.backend.clients) >= MOST_CLIENTS:
            database = options.get(b"database", b"?").decode()
            words = f'too many connections for database "{database}"'
            self.send(refusal("53300", words, "FATAL"))
            return False
        self.backend.clients.add(self)
        await self.backend.run(message(b"S"))  # loads it
        self.send(message(b"R", struct.pack("!i", 0)))
        for name, value in self.backend.parameters.items():
            self.send(message(b"S", f"{name}\0{value}\0".encode()))
        self.send(message(b"K", struct.pack("!ii", self.pid, self.secret)))
        self.send(message(b"Z", b"I"))
        return True

    async def _answer_all(self) -> None:
        pending = b""
        while (head := await self._read(5)) is not None:
            kind = head[0]
            [length] = struct.unpack_from("!i", head, 1)
            body = await self._read(length - 4)
            if body is None or kind == TERMINATE:
                return
            pending += head + body
            if kind == QUERY and COPY_IN.match(body[:-1].decode()):
                pending += await self._copied()
            # Whole operations go to the backend: what has arrived, to its end.
            if not self._has_whole_message():
                await self._answer(pending)
                pending = b""

    def _has_whole_message(self) -> bool:
        if len(self._buffer) < 5:
            return False
        [length] = struct.unpack_from("!i", self._buffer, 1)
        return len(self._buffer) > length

    async def _copied(self) -> bytes:
        """The data of a COPY: PGlite wants it together with the command."""
        data = b""
        while (head := await self._read(5)) is not None:
            [length] = struct.unpack_from("!i", head, 1)
            data += head + (await self._read(length - 4) or b"")
            if head[0] in (COPY_DONE, COPY_FAIL):
                break
        return data

    # -- one operation -----------------------------------------------------

    async def _answer(self, data: bytes) -> None:
        try:
            await self._take_turn()
        except asyncio.CancelledError:
            self._refuse(data, b"I")
            return
        except TurnKept:
            self._refuse(data, b"I", "55P03", KEPT)
            return
        self._idle_since = None
        seconds, data = self._sleep_in(data)
        if seconds:
            try:
                await self._cancellable(asyncio.sleep(seconds))
            except asyncio.CancelledError:
                await self._fail(data)
                return
        answer = await self.backend.run(data)
        before = len(self.channels)
        self._note(data)
        if len(self.channels) < before:
            await self.backend.listen_again()
        status, said = b"", bytearray()
        for kind, body in split(answer):
            if kind == ord("A"):
                self.send(bytes(said))  # it may be for this client, too
                said.clear()
                self.backend.notify(self, body)
            else:
                said += message(bytes([kind]), body)
            status = body if kind == ord("Z") else status
        # In one piece: a transport with many waiting pieces counts them each time.
        self.send(bytes(said))
        if status:
            self._in_transaction = status != b"I"
        if status == b"I":
            self._give_turn()
        else:
            self._idle_since = time.monotonic()

    async def _take_turn(self) -> None:
        """Wait for the backend; a cancel request ends the waiting."""
        if self._has_turn:
            return
        await self._cancellable(self._turn())
        self._has_turn, self.backend.holder = True, self

    async def _turn(self) -> None:
        """Wait, but not for ever for one who does nothing with its transaction.

        Raises
        ------
        TurnKept
            After `LONGEST_IDLE` seconds of that.
        """
        if not self.backend.turn.locked():
            await self.backend.turn.acquire()
            return
        waiting = asyncio.ensure_future(self.backend.turn.acquire())
        try:
            while not waiting.done():
                await asyncio.wait([waiting], timeout=0.1)
                holder = self.backend.holder
                if not waiting.done() and holder is not None and holder.is_idle():
                    raise TurnKept
        except BaseException:
            if not waiting.cancel():
                self.backend.turn.release()
            raise

    def is_idle(self) -> bool:
        """Whether its transaction has been idle for too long."""
        since = self._idle_since
        return since is not None and time.monotonic() - since > LONGEST_IDLE

    def _give_turn(self) -> None:
        self._has_turn, self.backend.holder = False, None
        self._idle_since = None
        self.backend.turn.release()

    async def _cancellable(self, waiting: Awaitable[Any]) -> None:
        self._sleeping = asyncio.ensure_future(waiting)
        try:
            await self._sleeping
        finally:
            self._sleeping = None

    def _refuse(
        self,
        data: bytes,
        status: bytes,
        code: str = "57014",
        words: str = "canceling statement due to user request",
    ) -> None:
        """Answer an operation that was cancelled before the backend saw it."""
        self.send(refusal(code, words))
        if any(kind in (SYNC, QUERY) for kind, _ in split(data)):
            self.send(message(b"Z", status))

    async def _fail(self, data: bytes) -> None:
        """Answer a sleep that was cancelled: its transaction, if any, has failed."""
        if self._in_transaction:
            await self.backend.run(message(b"Q", b"select 1/0\0"))
            self._refuse(data, b"E")
            self._idle_since = time.monotonic()
        else:
            self._refuse(data, b"I")
            self._give_turn()

    def _sleep_in(self, data: bytes) -> tuple[float | None, bytes]:
        """The seconds of a ``pg_sleep``, and the messages without them.

        PostgreSQL's own sleep would stop everything else in the worker.
        """
        seconds, awake = None, b""
        for kind, body in split(data):
            if kind == QUERY and (found := SLEEP.match(body[:-1].decode())):
                if found[1] != "$1":
                    seconds, body = float(found[1]), SLEEPLESS.encode() + b"\0"
            elif kind == BIND:
                portal, name, rest = body.split(b"\0", 2)
                sleep = SLEEP.match(self._statement(name, data))
                if sleep:
                    amount = _argument(rest) if sleep[1] == "$1" else float(sleep[1])
                    if amount is not None:
                        seconds = amount
                        awake_body = _with_argument(rest) if sleep[1] == "$1" else rest
                        body = portal + b"\0" + name + b"\0" + awake_body
            elif kind == PARSE:
                name, query, rest = body.split(b"\0", 2)
                sleep = SLEEP.match(query.decode())
                if sleep and sleep[1] != "$1":
                    self._statements[name] = query.decode()
                    body = name + b"\0" + SLEEPLESS.encode() + b"\0" + rest
            awake += message(bytes([kind]), body)
        return seconds, awake

    def _statement(self, name: bytes, data: bytes) -> str:
        for kind, body in split(data):
            if kind == PARSE and body.split(b"\0", 1)[0] == name:
                return body.split(b"\0", 2)[1].decode()
        return self._statements.get(name, "")

    def _note(self, data: bytes) -> None:
        """Remember what belongs to this client: statements and channels."""
        for kind, body in split(data):
            if kind == PARSE:
                name, query, _ = body.split(b"\0", 2)
                if query.decode() != SLEEPLESS:
                    self._statements[name] = query.decode()
            elif kind == CLOSE and body[:1] == b"S":
                self._statements.pop(body[1:-1], None)
            elif kind == QUERY:
                self._hear(body[:-1].decode())
            elif kind == BIND:
                portal, name, _ = body.split(b"\0", 2)
                self._portals[portal] = name
            elif kind == EXECUTE:
                name = self._portals.get(body.split(b"\0", 1)[0], b"")
                self._hear(self._statements.get(name, ""))

    def _hear(self, query: str) -> None:
        for found in LISTENING.finditer(query):
            channel = found[2]
            channel = channel[1:-1] if channel[0] == '"' else channel.lower()
            if not found[1]:
                self.channels.add(channel)
            elif channel == "*":
                self.channels.clear()
            else:
                self.channels.discard(channel)

    async def _tidy(self) -> None:
        """Leave the backend as if this client had had one of its own."""
        if not self._has_turn:
            await self.backend.turn.acquire()
            self._has_turn = True
        commands = "rollback;" if self._in_transaction else ""
        for name in filter(None, self._statements):
            commands += f'deallocate "{name.decode()}";'
        if not self.backend.clients:
            commands += FORGET
        for command in filter(None, commands.split(";")):
            await self.backend.run(message(b"Q", command.encode() + b"\0"))
        if self.channels:
            self.channels.clear()
            await self.backend.listen_again()


def _argument(bound: bytes) -> float | None:
    """The first argument of a Bind message, a double."""
    [formats] = struct.unpack_from("!H", bound)
    count, length = struct.unpack_from("!Hi", bound, 2 + 2 * formats)
    if count != 1 or length != 8:
        return None
    return struct.unpack_from("!d", bound, 8 + 2 * formats)[0]


def _with_argument(bound: bytes) -> bytes:
    [formats] = struct.unpack_from("!H", bound)
    place = 8 + 2 * formats
    return bound[:place] + struct.pack("!d", 0.0) + bound[place + 8 :]


class Server:
    """PostgreSQL on a port of the in-memory network."""

    def __init__(self, start: Callable[[], Awaitable[Run]]) -> None:
        self._start = start
        self.backend = Backend(start)

    async def listen(self, port: int = PORT) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_server(lambda: Client(self.backend), "127.0.0.1", port)

    def restart(self) -> None:
        """End all sessions; the next one finds an empty database."""
        ended, self.backend = self.backend, Backend(self._start)
        for client in list(ended.clients):
            client.end()


_servers: list[Server] = []


def listen(start: Callable[[], Awaitable[Run]]) -> asyncio.Task[None]:
    """Have PostgreSQL on the network of this worker, loaded when it is needed."""
    _servers[:] = [Server(start)]
    return asyncio.ensure_future(_servers[0].listen())


def restart() -> None:
    """Have the database that a new worker has; its tests need not start one."""
    _servers[0].restart()
