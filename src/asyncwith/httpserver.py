"""A real HTTP server on this machine, which counts what its clients do.

aiohttp behind a free port of 127.0.0.1, with the same answers each time. What
a cell wants to show is seldom an answer: it is how many connections were
opened, whether a body arrived, whether a handler was cancelled.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

__all__ = ["LocalServer", "local_server"]


class LocalServer:
    """A running server: its address and its counters.

    Counters are kept from the server's side, per path (without the query),
    and counted when the server acts, before a client can see the result.

    Attributes
    ----------
    port : int
        The port on 127.0.0.1.
    connections_opened, connections_open, connections_peak : int
        TCP connections: accepted so far, open now, and the most at once.
    requests : Counter of str
        Requests begun; ``server.requests.total()`` for all.
    bodies_received : dict of str to list of int
        Size in bytes of each body that a POST, PUT or PATCH brought, in order.
    bytes_sent : Counter of str
        Bytes of bodies handed to the connection.
    handlers_running, handlers_peak : int
        Requests being answered now, and the most at once.
    handlers_cancelled : Counter of str
        Handlers that a CancelledError ended.
    """

    def __init__(self) -> None:
        self.port = 0
        self.connections_opened = 0
        self.connections_open = 0
        self.connections_peak = 0
        self.requests: Counter[str] = Counter()
        self.bodies_received: dict[str, list[int]] = {}
        self.bytes_sent: Counter[str] = Counter()
        self.handlers_running = 0
        self.handlers_peak = 0
        self.handlers_cancelled: Counter[str] = Counter()
        self._gate = asyncio.Event()
        self._down: Callable[[], AbstractAsyncContextManager[None]] | None = None

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition on the counters holds.

        Parameters
        ----------
        condition : callable
            Asked again and again, such as ``lambda: server.handlers_running``.
            A counter sets no event, and what waits here has no deadline of
            its own.
        """
        while not condition():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.001)

    def open_gate(self) -> None:
        """Let each request for ``/gate`` be answered, those to come as well."""
        self._gate.set()

    async def gate(self) -> None:
        """Wait until the gate is open."""
        await self._gate.wait()

    def down(self) -> AbstractAsyncContextManager[None]:
        """Kill the server for as long as the block lasts, then start it again.

        Its connections are aborted, its handlers are cancelled, and nobody
        listens. Afterwards a new one listens on the same port; the counters
        go on, the gate stays as it is, and ``/flaky`` counts from the start.

        Raises
        ------
        RuntimeError
            If the server is not running.
        """
        if self._down is None:
            raise RuntimeError("the server is not running: use local_server()")
        return self._down()

    def url(self, path: str = "/") -> str:
        """Return the address of a path, such as ``"/items?n=3"``.

        Raises
        ------
        ValueError
            If the path does not start with a slash.
        """
        if not path.startswith("/"):
            raise ValueError(f"a path starts with a slash: expected '/{path}'")
        return f"http://127.0.0.1:{self.port}{path}"

    def __repr__(self) -> str:
        return (
            f"<LocalServer: {self.connections_opened} connections opened, "
            f"{self.requests.total()} requests>"
        )


@asynccontextmanager
async def local_server(
    *, shutdown_timeout: float = 0.1, handler_cancellation: bool = False
) -> AsyncGenerator[LocalServer]:
    """Serve on a free port of 127.0.0.1 for as long as the block lasts.

    ==========================  ==============================================
    ``/json``                   an object: ``{"id": 1, "name": "Ada"}``
    ``/text``                   plain text
    ``/items?n=3``              a list of n objects
    ``/bytes/{n}``              n bytes
    ``/stream?chunks=&size=``   chunks of size bytes, sent one by one; with
                                ``&pause=``, that many seconds between them
    ``/slow?seconds=``          an answer after that time
    ``/status/{code}``          an answer with that status; with ``?size=``,
                                a body of that many bytes
    ``/hang``                   no answer, ever
    ``/gate``                   an answer once ``server.open_gate()`` is called
    ``/drop``                   no answer: the connection is dropped
    ``/cut?size=``              half of the bytes that it announces, then the
                                connection is dropped
    ``/echo``                   the request's own body
    ``/flaky?fail=n``           503 for the first n requests, then 200; with
                                ``&status=``, another status than 503; with
                                ``&size=``, bytes instead of JSON beside it
    ==========================  ==============================================

    At the end of the block every handler has ended, also one whose client has
    left.

    Parameters
    ----------
    shutdown_timeout : float
        Seconds that handlers get to finish at the end of the block before
        they are cancelled.
    handler_cancellation : bool
        Cancel a handler when its client disconnects; aiohttp does not.

    Yields
    ------
    LocalServer

    Raises
    ------
    ImportError
        If aiohttp is not installed.

    Examples
    --------
    >>> import asyncio, aiohttp
    >>> async def main():
    ...     async with local_server() as server, aiohttp.ClientSession() as session:
    ...         for _ in range(3):
    ...             async with session.get(server.url("/json")) as response:
    ...                 answer = await response.json()
    ...         return answer, server.connections_opened, server.requests
    >>> asyncio.run(main())
    ({'id': 1, 'name': 'Ada'}, 1, Counter({'/json': 3}))
    """
    try:
        from asyncwith.endpoints import running
    except ModuleNotFoundError as missing:
        raise ImportError(
            f"local_server() needs aiohttp, and {missing.name} is not installed: "
            "pip install 'asyncwith[http]'"
        ) from missing
    server = LocalServer()
    async with running(server, shutdown_timeout, handler_cancellation):
        yield server
