"""PostgreSQL's wire protocol for one connection, as asyncpg's compiled one.

What can be observed is asyncpg's: one operation at a time, an operation's waiter,
its timeout and its cancellation, which asks the server to stop through a second
connection and holds the next operation back until the server has answered.
"""

from __future__ import annotations

import asyncio
import collections.abc
import contextlib
import struct
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from enum import Enum, auto
from typing import Any

from asyncpg import compat
from asyncpg import exceptions as apg_exc
from asyncpg.exceptions import _base as apg_exc_base
from asyncpg.protocol.record import Record, RecordDescriptor
from asyncpg.protocol.settings import ConnectionSettings
from asyncpg.protocol.statement import PreparedStatementState
from asyncpg.protocol.typenames import BUILTIN_TYPE_NAME_MAP, BUILTIN_TYPE_OID_MAP
from asyncpg.protocol.values import BINARY_FORMAT, sized

__all__ = [
    "BUILTIN_TYPE_NAME_MAP",
    "BUILTIN_TYPE_OID_MAP",
    "NO_TIMEOUT",
    "Protocol",
    "Record",
]

NO_TIMEOUT = object()
COPY_SIGNATURE = b"PGCOPY\n\xff\r\n\x00"
COPY_PIECE = 524_288  # bytes
MANY_PIECE = 32_768  # bytes of executemany that are written at once


class State(Enum):
    """What the connection is doing."""

    IDLE = auto()
    CONNECT = auto()
    PREPARE = auto()
    EXECUTE = auto()
    EXECUTE_MANY = auto()
    BIND = auto()
    CLOSE = auto()
    QUERY = auto()
    COPY_OUT = auto()
    COPY_IN = auto()
    CANCELLED = auto()
    SKIP = auto()  # to the end of an operation that failed on this side
    TERMINATING = auto()
    FAILED = auto()


def message(kind: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return kind + struct.pack("!i", len(data) + 4) + data


def text(value: str) -> bytes:
    return value.encode() + b"\0"


SYNC, FLUSH, TERMINATE = message(b"S"), message(b"H"), message(b"X")


class Protocol(asyncio.Protocol):
    """A connection's protocol: asyncpg's ``Connection`` calls its coroutines."""

    def __init__(
        self,
        addr: Any,
        connected_fut: asyncio.Future[Any],
        con_params: Any,
        record_class: type[Record],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.loop = loop
        self.params = con_params
        self.record_class = record_class
        self.settings = ConnectionSettings((addr, con_params.database))
        self.transport: Any = None
        self.waiter: asyncio.Future[Any] | None = connected_fut
        self.cancel_waiter: asyncio.Future[Any] | None = None
        self.cancel_sent_waiter: asyncio.Future[Any] | None = None
        self.timeout_handle: asyncio.TimerHandle | None = None
        self.backend_pid = self.backend_secret = 0
        self.queries_count = 0
        self.is_ssl = False
        self.closing = False
        self.state = State.IDLE
        self.conref: Callable[[], Any] | None = None
        self._connected = self._auth_received = False
        self._transaction = "I"
        self._buffer = bytearray()
        self._statement: PreparedStatementState | None = None
        self._last_query: str | None = None
        self._return_extra = False
        self._writable = asyncio.Event()
        self._writable.set()
        self._reset()

    def _reset(self) -> None:
        self._result: Any = None
        self._failure: Any = None  # an exception, or a server's fields
        self._status: Any = None
        self._completed = False
        self._discard = False
        self._copy_done = False

    # -- what asyncpg's Python asks ----------------------------------------

    def set_connection(self, connection: Any) -> None:
        self.conref = weakref.ref(connection)

    def get_connection(self) -> Any:
        return None if self.conref is None else self.conref()

    def get_server_pid(self) -> int:
        return self.backend_pid

    def get_settings(self) -> ConnectionSettings:
        return self.settings

    def get_record_class(self) -> type[Record]:
        return self.record_class

    def is_in_transaction(self) -> bool:
        return self._transaction in "TE"

    def is_closed(self) -> bool:
        return self.closing

    def is_connected(self) -> bool:
        return not self.closing and self._connected

    # -- operations --------------------------------------------------------

    async def prepare(
        self,
        stmt_name: str,
        query: str,
        timeout: Any,
        *,
        state: PreparedStatementState | None = None,
        ignore_custom_codec: bool = False,
        record_class: Any,
    ) -> Any:
        timeout = await self._begin(timeout)
        if state is None:
            state = PreparedStatementState(
                stmt_name, query, self, record_class, ignore_custom_codec
            )
        packet = self._parse(stmt_name, query)
        packet += message(b"D", b"S", text(stmt_name)) + FLUSH
        return await self._operate(State.PREPARE, packet, timeout, state, query=query)

    async def bind_execute(
        self,
        state: PreparedStatementState,
        args: Any,
        portal_name: str,
        limit: int,
        return_extra: bool,
        timeout: Any,
    ) -> Any:
        timeout = await self._begin(timeout)
        packet = self._bound(state, args, portal_name)
        packet += self._execution(portal_name, limit) + SYNC
        self.queries_count += 1
        return await self._operate(
            State.EXECUTE, packet, timeout, state, result=[], extra=return_extra
        )

    async def bind(
        self, state: PreparedStatementState, args: Any, portal_name: str, timeout: Any
    ) -> Any:
        timeout = await self._begin(timeout)
        packet = self._bound(state, args, portal_name) + SYNC
        return await self._operate(State.BIND, packet, timeout, state)

    async def execute(
        self,
        state: PreparedStatementState,
        portal_name: str,
        limit: int,
        return_extra: bool,
        timeout: Any,
    ) -> Any:
        timeout = await self._begin(timeout)
        packet = self._execution(portal_name, limit) + SYNC
        self.queries_count += 1
        return await self._operate(
            State.EXECUTE, packet, timeout, state, result=[], extra=return_extra
        )

    async def close_portal(self, portal_name: str, timeout: Any) -> Any:
        timeout = await self._begin(timeout)
        packet = message(b"C", b"P", text(portal_name)) + SYNC
        return await self._operate(State.CLOSE, packet, timeout)

    async def close_statement(self, state: PreparedStatementState, timeout: Any) -> Any:
        timeout = await self._begin(timeout)
        if state.refs != 0:
            raise apg_exc.InternalClientError(
                f"cannot close prepared statement; refs == {state.refs} != 0"
            )
        packet = message(b"C", b"S", text(state.name)) + SYNC
        state.closed = True
        return await self._operate(State.CLOSE, packet, timeout)

    async def query(self, query: str, timeout: Any) -> str:
        self._get_timeout(timeout)
        timeout = await self._begin(timeout)
        self.queries_count += 1
        packet = message(b"Q", text(query))
        return await self._operate(State.QUERY, packet, timeout, query=query)

    async def bind_execute_many(
        self,
        state: PreparedStatementState,
        args: Iterable[Any],
        portal_name: str,
        timeout: Any,
        return_rows: bool,
    ) -> Any:
        timeout = await self._begin(timeout)
        timer = Timer(timeout)
        waiter = self._new_waiter(timeout)
        self._enter(State.EXECUTE_MANY, state, state.query)
        self._result, self._discard = ([] if return_rows else None), not return_rows
        self.queries_count += 1
        pieces = self._many(state, args, portal_name)
        try:
            for piece in pieces:
                if self._failure is not None:  # the server has refused one
                    self._write(SYNC)
                    break
                self._write(piece)
                with timer:
                    await compat.wait_for(
                        self._writable.wait(), timeout=timer.get_remaining_budget()
                    )
                    await asyncio.sleep(0)
                if not timer.has_budget_greater_than(0):
                    raise TimeoutError
            else:
                if pieces.sent:
                    self._write(SYNC)
                else:
                    self._push()
        except Exception as error:
            self._failure = error
            if not pieces.sent:
                self._push()
            elif self.is_in_transaction():
                self._write(SYNC)
            else:  # take back those that were sent: see asyncpg
                nothing = struct.pack("!hhh", 0, 0, 0)
                packet = self._parse("", "ROLLBACK")
                packet += message(b"B", b"\0\0", nothing)
                self._write(packet + self._execution("", 0) + SYNC)
        return await waiter

    def _many(
        self, state: PreparedStatementState, args: Iterable[Any], portal: str
    ) -> Pieces:
        def bound() -> Iterator[bytes]:
            if not state.prepared:
                yield self._parse(state.name, state.query)
            for number, values in enumerate(args):
                data = state.encode_bind(values, number)
                yield message(b"B", text(portal), text(state.name), data)
                yield self._execution(portal, 0)

        return Pieces(bound())

    async def _begin(self, timeout: Any) -> float | None:
        timeout = await self._wait_for_cancellation(self._budget(timeout))
        self._check_state()
        return timeout

    def _enter(
        self, state: State, statement: PreparedStatementState | None, query: str | None
    ) -> None:
        if not self._connected:
            raise apg_exc.InternalClientError("not connected")
        if self.state is not State.IDLE:
            raise apg_exc.InternalClientError(
                f"cannot switch to state {state.name}; "
                f"another operation ({self.state.name}) is in progress"
            )
        self.state = state
        self._statement, self._last_query = statement, query

    async def _operate(
        self,
        state: State,
        packet: bytes,
        timeout: float | None,
        statement: PreparedStatementState | None = None,
        *,
        query: str | None = None,
        result: Any = None,
        extra: bool = False,
    ) -> Any:
        """Send the messages of an operation; give its result."""
        waiter = self._new_waiter(timeout)
        try:
            self._enter(state, statement, statement.query if statement else query)
            self._result, self._return_extra = result, extra
            self._write(packet)
        except Exception as error:
            waiter.set_exception(error)
            self.waiter = None
            self.abort()
        return await waiter

    # -- copying -----------------------------------------------------------

    async def copy_out(self, copy_stmt: str, sink: Any, timeout: Any) -> str:
        timeout = await self._begin(timeout)
        timer = Timer(timeout)
        waiter = self._new_waiter(timer.get_remaining_budget())
        self._enter(State.COPY_OUT, None, copy_stmt)
        self._write(message(b"Q", text(copy_stmt)))
        try:
            while True:
                self.transport.resume_reading()
                with timer:
                    data, done, status = await waiter
                if data:
                    try:
                        with timer:
                            await compat.wait_for(
                                sink(data), timeout=timer.get_remaining_budget()
                            )
                    except (Exception, asyncio.CancelledError):
                        self._request_cancel()
                        waiter.add_done_callback(lambda future: future.exception())
                        raise
                if done:
                    return status
                waiter = self._new_waiter(timer.get_remaining_budget())
        finally:
            if self.transport is not None:
                self.transport.resume_reading()

    async def copy_in(
        self,
        copy_stmt: str,
        reader: Any,
        data: Any,
        records: Any,
        record_stmt: PreparedStatementState | None,
        timeout: Any,
    ) -> str:
        timeout = await self._begin(timeout)
        timer = Timer(timeout)
        waiter = self._new_waiter(timer.get_remaining_budget())
        self._enter(State.COPY_IN, None, copy_stmt)
        self._write(message(b"Q", text(copy_stmt)))
        try:
            if record_stmt is not None:
                await self._copy_records(record_stmt, records, timer)
            elif reader is not None:
                if not hasattr(reader, "__aiter__"):
                    raise TypeError("reader is not an asynchronous iterable")
                chunks = reader.__aiter__()
                while True:
                    with timer:
                        await self._writable.wait()
                    try:
                        with timer:
                            chunk = await compat.wait_for(
                                chunks.__anext__(),
                                timeout=timer.get_remaining_budget(),
                            )
                    except StopAsyncIteration:
                        break
                    self._write(message(b"d", bytes(chunk)))
            else:
                await self._writable.wait()
                self._write(message(b"d", bytes(data)))
        except TimeoutError:
            self._write(message(b"f", text("TimeoutError")))
            self._on_timeout(waiter)
            await waiter
            raise apg_exc.InternalClientError("TimoutError was not raised") from None
        except (Exception, asyncio.CancelledError):
            reason = "COPY aborted due to an exception in input generator"
            self._write(message(b"f", text(reason)))
            self._request_cancel()
            waiter.add_done_callback(lambda future: future.exception())
            raise
        self._write(message(b"c"))
        return await waiter

    async def _copy_records(
        self, statement: PreparedStatementState, records: Any, timer: Timer
    ) -> None:
        codecs = statement._ensure_rows_decoder()
        for codec in codecs:
            if not codec.has_encoder() or codec.format != BINARY_FORMAT:
                raise apg_exc.InternalClientError(
                    f"no binary format encoder for type {codec.name} (OID {codec.oid})"
                )
        data = bytearray(COPY_SIGNATURE + struct.pack("!ii", 0, 0))

        async def each() -> Any:
            if isinstance(records, collections.abc.AsyncIterable):
                async for row in records:
                    yield row
            else:
                for row in records:
                    yield row

        async with contextlib.aclosing(each()) as rows:
            async for row in rows:
                data += struct.pack("!h", len(codecs))
                for place, codec in enumerate(codecs):
                    item = row[place]
                    data += sized(
                        None if item is None else codec.encode(self.settings, item)
                    )
                if len(data) >= COPY_PIECE:
                    with timer:
                        await self._writable.wait()
                    self._write(message(b"d", bytes(data)))
                    data.clear()
        self._write(message(b"d", bytes(data), struct.pack("!h", -1)))

    # -- ends --------------------------------------------------------------

    def abort(self) -> None:
        self._complete_cancel_waiters()
        if not self.closing:
            self.closing = True
            self._fail_waiter(None)
            if self._connected:
                self.state = State.TERMINATING
                self._write(TERMINATE)
        if self.transport is not None:
            transport, self.transport = self.transport, None
            transport.abort()

    async def close(self, timeout: Any) -> None:
        if self.closing:
            return
        self.closing = True
        waiter = None
        try:
            async with compat.timeout(self._budget(timeout)):
                await self._wait_for_cancellation()
                if self.waiter is not None:
                    self._request_cancel()
                    await self._wait_for_cancellation()
                if not self._connected or self.transport is None:
                    return
                waiter = self._new_waiter(None)
                self.state = State.TERMINATING
                self._write(TERMINATE)
                with contextlib.suppress(ConnectionResetError):
                    await waiter
        finally:
            if waiter is not None and not waiter.done():
                waiter.cancel()
            self._clear_timeout()
            self._fail_waiter(None)
            if self.transport is not None:
                transport, self.transport = self.transport, None
                transport.abort()

    # -- timeouts and cancellation -----------------------------------------

    def _get_timeout(self, timeout: Any) -> float | None:
        if timeout is not None and timeout is not NO_TIMEOUT:
            try:
                if type(timeout) is bool:
                    raise ValueError
                timeout = float(timeout)
            except ValueError:
                raise ValueError(
                    "invalid timeout value: expected non-negative float "
                    f"(got {timeout!r})"
                ) from None
        return self._budget(timeout)

    def _budget(self, timeout: Any) -> float | None:
        if timeout is None:
            timeout = self.get_connection()._config.command_timeout
        elif timeout is NO_TIMEOUT:
            timeout = None
        else:
            timeout = float(timeout)
        if timeout is not None and timeout <= 0:
            raise TimeoutError
        return timeout

    def _new_waiter(self, timeout: float | None) -> asyncio.Future[Any]:
        if self.waiter is not None:
            raise apg_exc.InterfaceError(
                "cannot perform operation: another operation is in progress"
            )
        self.waiter = self.loop.create_future()
        if timeout is not None:
            self.timeout_handle = self.loop.call_later(
                timeout, self._on_timeout, self.waiter
            )
        self.waiter.add_done_callback(self._on_waiter_completed)
        return self.waiter

    def _on_timeout(self, waiter: asyncio.Future[Any]) -> None:
        if (
            self.waiter is not waiter
            or waiter.done()
            or self.cancel_waiter is not None
            or self.timeout_handle is None
        ):
            return
        self._request_cancel()
        waiter.set_exception(TimeoutError())

    def _on_waiter_completed(self, waiter: asyncio.Future[Any]) -> None:
        self._clear_timeout()
        if waiter is not self.waiter or self.cancel_waiter is not None:
            return
        if waiter.cancelled():
            self._request_cancel()

    def _clear_timeout(self) -> None:
        if self.timeout_handle is not None:
            self.timeout_handle.cancel()
            self.timeout_handle = None

    def _request_cancel(self) -> None:
        self.cancel_waiter = self.loop.create_future()
        self.cancel_sent_waiter = self.loop.create_future()
        connection = self.get_connection()
        if connection is not None:
            connection._cancel_current_command(
                self.cancel_sent_waiter, self.cancel_waiter
            )
        else:
            self.abort()
        if self.state is State.PREPARE:
            self._write(SYNC)  # its messages ended with a flush
        self.state = State.CANCELLED

    def _is_cancelling(self) -> bool:
        return self.cancel_waiter is not None or self.cancel_sent_waiter is not None

    async def _wait_for_cancellation(
        self, timeout: float | None = None
    ) -> float | None:
        if not self._is_cancelling():
            return timeout
        started = self.loop.time()
        try:
            async with compat.timeout(timeout):
                if self.cancel_sent_waiter is not None:
                    await asyncio.shield(self.cancel_sent_waiter)
                    self.cancel_sent_waiter = None
                if self.cancel_waiter is not None:
                    await asyncio.shield(self.cancel_waiter)
        except TimeoutError:
            connection = self.get_connection()
            if connection is not None:
                connection.terminate()
            else:
                self.abort()
            raise
        if timeout is not None:
            timeout -= self.loop.time() - started
            if timeout <= 0:
                raise TimeoutError
        return timeout

    def _complete_cancel_waiters(self) -> None:
        for waiter in (self.cancel_sent_waiter, self.cancel_waiter):
            if waiter is not None and not waiter.done():
                waiter.set_result(None)
        self.cancel_sent_waiter = self.cancel_waiter = None

    def _check_state(self) -> None:
        problem = ""
        if self.cancel_waiter is not None:
            problem = "another operation is cancelling"
        elif self.closing:
            problem = "connection is closed"
        elif self.waiter is not None or self.timeout_handle is not None:
            problem = "another operation is in progress"
        if problem:
            raise apg_exc.InterfaceError(f"cannot perform operation: {problem}")

    # -- messages to the server --------------------------------------------

    def _write(self, packet: bytes) -> None:
        if self.transport is not None:
            self.transport.write(packet)

    def _parse(self, name: str, query: str) -> bytes:
        return message(b"P", text(name), text(query), b"\0\0")

    def _bound(self, state: PreparedStatementState, args: Any, portal: str) -> bytes:
        data = state.encode_bind(args)
        packet = b"" if state.prepared else self._parse(state.name, state.query)
        return packet + message(b"B", text(portal), text(state.name), data)

    def _execution(self, portal: str, limit: int) -> bytes:
        return message(b"E", text(portal), struct.pack("!i", limit))

    def _connect(self) -> None:
        self.state = State.CONNECT
        items = {"client_encoding": "'utf-8'", "user": self.params.user}
        items["database"] = self.params.database
        items |= self.params.server_settings or {}
        data = struct.pack("!hh", 3, 0)
        data += b"".join(text(key) + text(value) for key, value in items.items())
        self._write(struct.pack("!i", len(data) + 5) + data + b"\0")

    # -- messages from the server ------------------------------------------

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        place = 0
        while len(self._buffer) - place >= 5:
            [length] = struct.unpack_from("!i", self._buffer, place + 1)
            end = place + 1 + length
            if len(self._buffer) < end:
                break
            kind = bytes(self._buffer[place : place + 1])
            body = bytes(self._buffer[place + 5 : end])
            place = end
            self._receive(kind, body)
        del self._buffer[:place]
        if self.state is State.COPY_OUT and self._result and self.waiter is not None:
            self._on_result()  # what has come so far
            self._result = None

    def _receive(self, kind: bytes, body: bytes) -> None:
        try:
            if kind == b"S":
                name, value = body.split(b"\0")[:2]
                self.settings.add_setting(name.decode(), value.decode())
            elif kind == b"A":
                [pid] = struct.unpack_from("!i", body)
                channel, payload = body[4:].split(b"\0")[:2]
                connection = self.get_connection()
                if connection is not None:
                    connection._process_notification(
                        pid, channel.decode(), payload.decode()
                    )
            elif kind == b"N":
                connection = self.get_connection()
                if connection is not None:
                    connection._process_log_message(_fields(body), self._last_query)
            elif kind == b"Z":
                self._transaction = body.decode()
                self._ready()
            elif kind == b"E":
                self._refused(_fields(body))
            elif self.state not in (State.CANCELLED, State.SKIP, State.TERMINATING):
                self._part(kind, body)
        except Exception as error:
            self._failure = error
            if kind == b"Z":
                self._push()
            else:
                self.state = State.SKIP

    def _part(self, kind: bytes, body: bytes) -> None:
        if kind == b"D":
            if self.state is not State.QUERY and not self._discard:
                assert self._statement is not None
                self._result.append(self._statement.decode_row(body))
        elif kind == b"C":
            self._completed, self._status = True, body[:-1]
        elif kind == b"t" and self._statement is not None:
            self._statement.set_parameters(body)
        elif kind in (b"T", b"n") and self.state is State.PREPARE:
            if kind == b"T" and self._statement is not None:
                self._statement.set_columns(body)
            self._push()
        elif kind == b"d":
            self._result = (self._result or b"") + body
        elif kind == b"c":
            self._copy_done = True
        elif kind == b"K":
            self.backend_pid, self.backend_secret = struct.unpack("!ii", body)
        elif kind == b"R":
            [method] = struct.unpack_from("!i", body)
            self._auth_received = True
            if method:
                raise apg_exc.InternalClientError(
                    "the browser's PostgreSQL asks for no password"
                )

    def _refused(self, fields: dict[str, str]) -> None:
        if self.state is State.SKIP:
            return
        self._failure = fields
        if self.state is State.PREPARE:
            self._write(SYNC)
            self.state = State.SKIP
        elif self.state is State.CONNECT:
            self._push()

    def _ready(self) -> None:
        if self.state is State.CONNECT:
            self._connected = True
        self._push()

    def _push(self) -> None:
        try:
            self._on_result()
        finally:
            if self.state is not State.FAILED:
                self.state = State.IDLE
            self._reset()

    def _on_result(self) -> None:
        self._clear_timeout()
        if self.cancel_waiter is not None:
            if not self.cancel_waiter.done():
                self.cancel_waiter.set_result(None)
            self.cancel_waiter = None
            if self.waiter is not None and self.waiter.done():
                self.waiter = None
            if self.waiter is None:
                return
        waiter, self.waiter = self.waiter, None
        if waiter is None or waiter.done():
            return
        try:
            if isinstance(self._failure, dict):
                waiter.set_exception(
                    apg_exc_base.PostgresError.new(
                        self._failure, query=self._last_query
                    )
                )
            elif self._failure is not None:
                waiter.set_exception(self._failure)
            else:
                waiter.set_result(self._outcome())
        except Exception as error:  # as of asyncpg: an empty query has no status
            waiter.set_exception(error)
        finally:
            if self.state is not State.COPY_OUT:
                self._statement = self._last_query = None
                self._return_extra = False

    def _outcome(self) -> Any:
        if self.state is State.PREPARE:
            return self._statement
        if self.state is State.EXECUTE and self._return_extra:
            return self._result, self._status, self._completed
        if self.state in (State.QUERY, State.COPY_IN):
            return self._status.decode()
        if self.state is State.COPY_OUT:
            done = self._copy_done
            self.transport.pause_reading()
            return self._result, done, self._status.decode() if done else None
        return True if self.state is State.CONNECT else self._result

    # -- the transport -----------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self._connect()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connected, self.state = False, State.FAILED
        if self.closing:
            if self.waiter is not None and not self.waiter.done():
                if exc is None:
                    self.waiter.set_result(None)
                else:
                    self.waiter.set_exception(exc)
            self.waiter = None
            self._complete_cancel_waiters()
            return
        self.closing = True
        connection = self.get_connection()
        if connection is not None:
            connection._cleanup()
        self._fail_waiter(exc)

    def _fail_waiter(self, cause: BaseException | None) -> None:
        if self.waiter is not None and not self.waiter.done():
            said = "connection was closed in the middle of operation"
            if isinstance(self._failure, dict):
                server = apg_exc_base.PostgresError.new(
                    self._failure, query=self._last_query
                )
                server.__cause__ = cause
                cause = server
                said = f"{said}: {server.args[0]}"
            error = apg_exc.ConnectionDoesNotExistError(said)
            error.__cause__ = cause
            self.waiter.set_exception(error)
        self.waiter = None
        self._complete_cancel_waiters()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()


def _fields(body: bytes) -> dict[str, str]:
    """The fields of an error or a notice, by their letters."""
    return {part[:1].decode(): part[1:].decode() for part in body.split(b"\0") if part}


class Pieces:
    """Joins messages into pieces that are worth writing."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self.sent = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = b""
        for part in self._parts:
            piece += part
            if len(piece) >= MANY_PIECE:
                break
        if not piece:
            raise StopIteration
        self.sent = True
        return piece


class Timer:
    """Seconds that are left for an operation, counted while it waits."""

    def __init__(self, budget: float | None) -> None:
        self._budget = budget
        self._started = 0.0

    def __enter__(self) -> None:
        self._started = time.monotonic()

    def __exit__(self, *_: object) -> None:
        if self._budget is not None:
            self._budget -= time.monotonic() - self._started

    def get_remaining_budget(self) -> float | None:
        return self._budget

    def has_budget_greater_than(self, amount: float) -> bool:
        return self._budget is None or self._budget > amount


def _create_record(mapping: Any, elems: tuple[Any, ...]) -> Any:
    """A row that no server has sent; asyncpg's own types need some."""
    keys = tuple(mapping) if mapping else ()
    return RecordDescriptor(mapping or {}, keys).make_record(Record, elems)
