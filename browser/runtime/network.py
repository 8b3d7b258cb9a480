"""Sockets in memory: what a browser's Python has in place of a network.

A `MemorySocket` behaves as a TCP socket on one machine does towards the calls
that asyncio makes: it never blocks, has buffers of a size, a queue of
connections, half-closed and reset connections, and the errors that go with them.
With a selector that knows it (`asyncwith_browser.selector`), asyncio's own
transports, servers and streams run unchanged, and aiohttp and uvicorn on them.

Linux is the model, where the standard leaves a choice: what was sent before the
end arrives before the end; closing with unread data resets the connection; the
first write after the peer has gone succeeds, the second one fails.
"""

from __future__ import annotations

import errno
import itertools
import os
import socket
from collections import deque
from typing import Any, NoReturn
from weakref import WeakValueDictionary

__all__ = ["CAPACITY", "LOOPBACK", "MemorySocket", "getaddrinfo", "install", "numbered"]

CAPACITY = 262_144
"""Bytes that a connection holds for a reader who does not read."""

LOOPBACK = "127.0.0.1"
LOCAL_NAMES = {"localhost", "localhost.localdomain", "127.0.0.1", "0.0.0.0", "::1"}

_numbers = itertools.count(1_000_000)  # file descriptors that no file has
_ports = itertools.cycle(range(49_152, 65_536))
_moments = itertools.count()  # in which order sockets became ready
_listening: dict[int, MemorySocket] = {}
numbered: WeakValueDictionary[int, MemorySocket] = WeakValueDictionary()
"""Open sockets by file descriptor."""


def _fail(number: int, *details: object) -> NoReturn:
    raise OSError(number, os.strerror(number), *details)


class MemorySocket:
    """A TCP socket whose peers are sockets of the same program.

    Parameters
    ----------
    family, type, proto
        As for ``socket.socket``; streams only.
    """

    def __init__(
        self,
        family: int = socket.AF_INET,
        type: int = socket.SOCK_STREAM,
        proto: int = 0,
        fileno: int | None = None,
    ) -> None:
        if fileno is not None:
            _fail(errno.EBADF)
        if type & 0xF != socket.SOCK_STREAM:
            _fail(errno.EPROTONOSUPPORT)
        self.family = socket.AddressFamily(family if family > 0 else socket.AF_INET)
        self.type = socket.SOCK_STREAM
        self.proto = proto or socket.IPPROTO_TCP
        self.since = 0  # the moment at which it last became ready
        self._fileno = next(_numbers)
        numbered[self._fileno] = self
        self._timeout: float | None = socket.getdefaulttimeout()
        self._name: tuple[str, int] = ("0.0.0.0", 0)
        self._peer: MemorySocket | None = None
        self._peer_name: tuple[str, int] | None = None
        self._received = bytearray()
        self._ended = False  # nothing more will be received
        self._shut = False  # nothing more can be sent
        self._error = 0  # what the next call reports
        self._connecting = False
        self._queue: deque[MemorySocket] | None = None  # of connections to accept
        self._hopeful: deque[MemorySocket] = deque()  # for whom it is full
        self._backlog = 0

    # -- what a selector asks ----------------------------------------------

    def is_readable(self) -> bool:
        """Whether reading or accepting would not block."""
        if self._queue is not None:
            return bool(self._queue)
        return bool(self._received) or self._ended or bool(self._error)

    def is_writable(self) -> bool:
        """Whether writing would not block; a connection attempt has ended."""
        if self._error or self._shut:
            return True
        if self._connecting or self._peer is None:
            return False
        return len(self._peer._received) < CAPACITY

    def _ready(self) -> None:
        self.since = next(_moments)

    # -- addresses ---------------------------------------------------------

    def bind(self, address: tuple[Any, ...]) -> None:
        host, port = address[0] or "0.0.0.0", address[1]
        if host not in LOCAL_NAMES:
            _fail(errno.EADDRNOTAVAIL)
        if port in _listening:
            _fail(errno.EADDRINUSE)
        while not port or port in _listening:
            port = next(_ports)
        self._name = (LOOPBACK if host == "localhost" else host, port)

    def getsockname(self) -> tuple[str, int]:
        return self._name

    def getpeername(self) -> tuple[str, int]:
        if self._peer_name is None:
            _fail(errno.ENOTCONN)
        return self._peer_name

    # -- listening ---------------------------------------------------------

    def listen(self, backlog: int = 128) -> None:
        if not self._name[1]:
            self.bind(("0.0.0.0", 0))
        if _listening.setdefault(self._name[1], self) is not self:
            _fail(errno.EADDRINUSE)
        self._queue = self._queue or deque()
        self._backlog = backlog

    def accept(self) -> tuple[MemorySocket, tuple[str, int]]:
        if self._queue is None:
            _fail(errno.EINVAL)
        if not self._queue:
            self._would_block()
        accepted = self._queue.popleft()
        if self._hopeful:
            self._hopeful.popleft()._meet(self)
        return accepted, accepted.getpeername()

    # -- connecting --------------------------------------------------------

    def connect(self, address: tuple[Any, ...]) -> None:
        if self._peer is not None:
            _fail(errno.EISCONN)
        host, port = address[0], address[1]
        server = _listening.get(port)
        if host not in LOCAL_NAMES:
            self._error = errno.ENETUNREACH
        elif server is None:
            self._error = errno.ECONNREFUSED
        else:
            self._peer_name = (LOOPBACK, port)
            if len(server._queue or ()) > server._backlog:
                self._connecting = True
                server._hopeful.append(self)
            else:
                self._meet(server)
        self._ready()
        if self._timeout == 0:  # as a network does, which takes its time
            raise BlockingIOError(errno.EINPROGRESS, "Operation now in progress")
        if self._connecting:
            self._would_block()
        if self._error:
            self._report()

    def connect_ex(self, address: tuple[Any, ...]) -> int:
        try:
            self.connect(address)
        except OSError as error:
            return error.errno or 0
        return 0

    def _meet(self, server: MemorySocket) -> None:
        """Get a peer, which waits in the server's queue."""
        other = MemorySocket(self.family)
        if not self._name[1]:
            self._name = (LOOPBACK, next(_ports))
        other._name, other._peer_name = server._name, self._name
        if other._name[0] == "0.0.0.0":
            other._name = (LOOPBACK, server._name[1])
        self._pair(other)
        self._connecting = False
        assert server._queue is not None
        server._queue.append(other)
        server._ready()

    def _pair(self, other: MemorySocket) -> None:
        self._peer, other._peer = other, self
        self._ready()
        other._ready()

    # -- bytes -------------------------------------------------------------

    def send(self, data: Any, flags: int = 0) -> int:
        if self._error:
            self._report()
        if self._peer is None and not self._shut:
            _fail(errno.ENOTCONN)
        if self._shut or self._peer is None:
            _fail(errno.EPIPE)
        view = memoryview(data).cast("B")
        if self._peer._fileno < 0:  # it is gone: it answers with a reset
            self._error = errno.EPIPE if self._ended else errno.ECONNRESET
            self._ended = self._shut = True
            self._ready()
            return len(view)
        free = CAPACITY - len(self._peer._received)
        if free <= 0:
            self._would_block()
        was_empty = not self._peer._received
        self._peer._received += view[:free]
        if was_empty:
            self._peer._ready()
        return min(free, len(view))

    def sendall(self, data: Any, flags: int = 0) -> None:
        if self.send(data) < len(data):
            self._would_block()

    def sendmsg(self, buffers: Any, *_: object) -> int:
        return self.send(b"".join(buffers))

    def recv(self, size: int, flags: int = 0) -> bytes:
        if self._received:
            data = bytes(memoryview(self._received)[:size])
            if not flags & getattr(socket, "MSG_PEEK", 2):
                self._take(len(data))
            return data
        if self._error:
            self._report()
        if self._ended:
            return b""
        if self._peer is None:
            _fail(errno.ENOTCONN)
        return self._would_block()

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        data = self.recv(nbytes or len(memoryview(buffer).cast("B")), flags)
        memoryview(buffer).cast("B")[: len(data)] = data
        return len(data)

    def _take(self, size: int) -> None:
        was_full = len(self._received) >= CAPACITY
        del self._received[:size]
        if was_full and self._peer is not None:
            self._peer._ready()  # to write

    # -- ends --------------------------------------------------------------

    def shutdown(self, how: int) -> None:
        if self._peer is None:
            _fail(errno.ENOTCONN)
        if how != socket.SHUT_RD and not self._shut:
            self._shut = True
            self._peer._hears_the_end()
        if how != socket.SHUT_WR:
            self._ended = True

    def close(self) -> None:
        if self._fileno < 0:
            return
        del numbered[self._fileno]
        self._fileno = -1
        if self._queue is not None:
            if _listening.get(self._name[1]) is self:
                del _listening[self._name[1]]
            for waiting in self._queue:
                waiting._received += b"\0"  # never read: a reset
                waiting.close()
            for hopeful in self._hopeful:
                hopeful._error, hopeful._connecting = errno.ECONNREFUSED, False
                hopeful._ready()
        elif self._peer is not None:
            self._peer._hears_the_end(errno.ECONNRESET if self._received else 0)
        self._received.clear()

    def _hears_the_end(self, error: int = 0) -> None:
        if self._fileno < 0 or (self._ended and not error):
            return
        self._ended = True
        if error:
            self._error, self._shut = error, True
        self._ready()

    def detach(self) -> int:
        number, self._fileno = self._fileno, -1
        return number

    def __enter__(self) -> MemorySocket:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the rest of the interface -----------------------------------------

    def fileno(self) -> int:
        return self._fileno

    def setblocking(self, flag: bool) -> None:
        self._timeout = None if flag else 0.0

    def settimeout(self, value: float | None) -> None:
        self._timeout = value

    def gettimeout(self) -> float | None:
        return self._timeout

    def getblocking(self) -> bool:
        return self._timeout != 0

    def setsockopt(self, *_: object) -> None:
        pass

    def getsockopt(self, level: int, option: int, *_: object) -> int:
        if level == socket.SOL_SOCKET and option == socket.SO_ERROR:
            error, self._error = self._error, 0
            return error
        return 0

    def get_inheritable(self) -> bool:
        return False

    def set_inheritable(self, inheritable: bool) -> None:
        pass

    def __repr__(self) -> str:
        return (
            f"<socket.socket fd={self._fileno}, family={int(self.family)}, "
            f"type={int(self.type)}, proto={self.proto}, laddr={self._name}>"
        )

    def _report(self) -> NoReturn:
        error, self._error = self._error, 0
        _fail(error)

    def _would_block(self) -> NoReturn:
        if self._timeout != 0:
            raise OSError(
                errno.EDEADLK,
                "nobody else runs in the browser while a blocking socket waits: "
                "use asyncio's streams",
            )
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")


def socketpair(
    family: int = socket.AF_INET, type: int = socket.SOCK_STREAM, proto: int = 0
) -> tuple[MemorySocket, MemorySocket]:
    """Two sockets that are connected, as ``socket.socketpair`` gives them."""
    one, other = MemorySocket(socket.AF_INET, type), MemorySocket(socket.AF_INET, type)
    one._pair(other)
    return one, other


def getaddrinfo(
    host: str | bytes | None,
    port: str | int | None,
    family: int = 0,
    type: int = 0,
    proto: int = 0,
    flags: int = 0,
) -> list[tuple[int, int, int, str, tuple[str, int]]]:
    """Addresses of this machine; no other has one, as without a network.

    Raises
    ------
    socket.gaierror
        For every name but localhost.
    """
    name = host.decode() if isinstance(host, bytes) else host
    if not name:
        name = "0.0.0.0" if flags & socket.AI_PASSIVE else LOOPBACK
    numeric = name.replace(".", "").isdigit() and name.count(".") == 3
    if not numeric and name not in LOCAL_NAMES:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    address = name if numeric else LOOPBACK
    found = (address, int(port or 0))
    kind = socket.SOCK_STREAM
    return [(socket.AF_INET, kind, socket.IPPROTO_TCP, "", found)]


LINUX = {
    "SO_REUSEADDR": 2,
    "SO_KEEPALIVE": 9,
    "SO_LINGER": 13,
    "SO_RCVBUF": 8,
    "SO_SNDBUF": 7,
    "SO_ERROR": 4,
    "SOL_SOCKET": 1,
    "IPPROTO_TCP": 6,
    "TCP_NODELAY": 1,
    "AI_PASSIVE": 1,
    "EAI_NONAME": -2,
    "SHUT_RD": 0,
    "SHUT_WR": 1,
    "SHUT_RDWR": 2,
    "SOMAXCONN": 4096,
}
"""Names that a browser's ``socket`` may lack, with Linux's numbers."""


def install() -> None:
    """Put these sockets in the place of those that Pyodide cannot have."""
    for name, number in LINUX.items():
        if not hasattr(socket, name):
            setattr(socket, name, number)
    socket.socket = MemorySocket  # type: ignore[assignment, misc]
    socket.SocketType = MemorySocket  # type: ignore[assignment, misc]
    socket.socketpair = socketpair  # type: ignore[assignment]
    socket.getaddrinfo = getaddrinfo  # type: ignore[assignment]
