"""A server in a process of its own, stopped by a signal with requests in flight.

What a deployment does to a service, for the cells that ask what becomes of its
requests. The server is a whole program: signals, and what it prints last.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Sequence

from asyncwith.script import Completed, run_script

__all__ = ["terminated"]

_PAUSE = 0.02  # seconds between two tries to connect
_LONGEST = 30.0  # seconds for all of it


async def terminated(
    program: str, paths: Sequence[str], *, args: Sequence[str] = ()
) -> tuple[list[tuple[int, str] | None], Completed]:
    """Run a server, ask it, and send it SIGTERM when it says ``ready``.

    Parameters
    ----------
    program : str
        Python source. It serves on the port of 127.0.0.1 that is the last
        argument of its command line, and prints a line ``ready`` when as many
        requests as it waits for are in flight; each time it does, it gets the
        signal.
    paths : sequence of str
        What it is asked, all at once, as soon as it listens.
    args : sequence of str
        Its command line, before the port.

    Returns
    -------
    answers : list of (int, str) or None
        Status and body for each path, in order; None where the connection
        ended before the whole answer had come.
    ended : Completed
        What the program printed, and its exit status.

    Raises
    ------
    TimeoutError
        If it has not ended after 30 seconds.

    Examples
    --------
    >>> import asyncio
    >>> asyncio.run(terminated("print('no server')", ["/"]))[0]
    [None]
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with asyncio.timeout(_LONGEST):
        running = asyncio.create_task(
            asyncio.to_thread(
                run_script,
                program,
                args=[*args, str(port)],
                send={"ready": signal.SIGTERM},
                timeout=_LONGEST,
            )
        )
        answers = await _ask(port, paths, running)
        return answers, await running


async def _ask(
    port: int, paths: Sequence[str], running: asyncio.Task[Completed]
) -> list[tuple[int, str] | None]:
    from aiohttp import ClientError, ClientSession

    async def ask(session: ClientSession, path: str) -> tuple[int, str] | None:
        try:
            async with session.get(path) as response:
                return response.status, await response.text()
        except ClientError:
            return None

    while not running.done():  # nothing tells when another process listens
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(_PAUSE)
            continue
        writer.close()
        async with ClientSession(f"http://127.0.0.1:{port}") as session:
            return await asyncio.gather(*(ask(session, path) for path in paths))
    return [None for _ in paths]
