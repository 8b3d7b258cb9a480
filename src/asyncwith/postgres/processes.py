"""Small questions to the system about a server's processes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

__all__ = ["children", "die_with_parent", "end_stale_server", "forget_shared_memory"]

PR_SET_PDEATHSIG = 1
IPC_RMID = 0


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Return what makes a child get a signal when its parent dies (Linux).

    For `subprocess.Popen`'s ``preexec_fn``. It counts the *thread* that
    starts the child as the parent: start it from the main thread.
    """
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    parent = os.getpid()

    def prepare() -> None:
        library.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return prepare


def children(pid: int) -> list[int]:
    """Return the ids of a process's children.

    Examples
    --------
    >>> children(-1)
    []
    """
    table = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    pairs = [line.split() for line in table.splitlines()]
    return [int(child) for child, parent in pairs if int(parent) == pid]


def end_stale_server(data: Path) -> None:
    """Stop the server of a data folder whose owner is gone.

    The id in its file is used only if that process names the folder: ids are
    given to other processes again.
    """
    with contextlib.suppress(OSError, ValueError):
        pid = int((data / "postmaster.pid").read_text().split()[0])
        command = subprocess.run(
            ["ps", "-ww", "-p", str(pid), "-o", "args="],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        if str(data) in command:
            os.kill(pid, signal.SIGQUIT)


def forget_shared_memory(pid_file: Path) -> None:
    """Free the shared memory segment that a killed server has left.

    Its id stands in the seventh line of ``postmaster.pid``, which exists only
    while a server runs or after it was killed. Nothing happens to a segment
    that is in use: the system frees it with its last user.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        segment = int(pid_file.read_text().splitlines()[6].split()[1])
        ctypes.CDLL(None).shmctl(segment, IPC_RMID, None)
