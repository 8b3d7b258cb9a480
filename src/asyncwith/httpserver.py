"""A real HTTP server on this machine, which counts what its clients do.

aiohttp behind a free port of 127.0.0.1, with the same answers each time. What
a cell wants to show is seldom an answer: it is how many connections were
opened, whether a body arrived, whether a handler was cancelled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

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
    ``/stream?chunks=&size=``   chunks of size bytes, sent one by one
    ``/slow?seconds=``          an answer after that time
    ``/status/{code}``          an answer with that status
    ``/hang``                   no answer, ever
    ``/echo``                   the request's own body
    ``/flaky?fail=n``           503 for the first n requests, then 200
    ==========================  ==============================================

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
