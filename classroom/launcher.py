"""Start one command under bubblewrap and end it at its limits.

Run by path, with ``python -I -S launcher.py JOB``: JOB is a file of JSON that
`classroom.sandbox` writes. It imports the standard library only, so that it
starts in some 20 ms. Its exit code is the command's; a limit that was reached is
named in the job's ``stopped`` file.

The kernel enforces what a process may take (`resource.setrlimit`); what all
processes of a sandbox take together is added up here, ten times a second.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["main"]

_LOOK = 0.1  # seconds between two looks at what the sandbox uses
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_USERS = 1_900_000_000  # user numbers that no account has, one a sandbox


def main(path: str) -> int:
    """Run the job of this file; its exit code, negative for a signal."""
    job = json.loads(Path(path).read_text("utf-8"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command gets it as well
    # Root drops to a user of the sandbox's own: its processes are counted, and
    # nothing outside belongs to it. Others stay who they are.
    drop: list[str] = []
    if os.geteuid() == 0:
        user = _USERS + os.getpid()
        for share in job["shares"]:
            for owned in [share, *(entry.path for entry in os.scandir(share))]:
                os.chown(owned, user, user, follow_symlinks=False)
        drop = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        drop += ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"]
    limits = job["limits"]
    most = f"--nproc={limits['processes']}:{limits['processes']}"
    start = ["/bin/sh", "-c", 'cp -r /submission/. . 2>/dev/null; exec "$@"', "sh"]
    command = [*job["bwrap"], "prlimit", most, "--", *drop, *start, *job["command"]]
    process = subprocess.Popen(
        command, close_fds=False, preexec_fn=_at_most(limits), env={}
    )
    reason = _watch(process, job)
    if reason:
        Path(job["stopped"]).write_text(reason, "utf-8")
        process.kill()  # and with it, all that it holds: --die-with-parent
    code = process.wait()
    return 128 - code if code > 128 else code  # bwrap says 137 for SIGKILL


def _at_most(limits: dict[str, Any]) -> Callable[[], None]:
    """What each single process may take; the kernel sees to it."""
    cpu, disk = int(limits["cpu"]) + 1, int(limits["disk"])
    each = {
        resource.RLIMIT_CPU: cpu,
        resource.RLIMIT_FSIZE: disk,
        resource.RLIMIT_AS: 4 * int(limits["memory"]),  # addresses, not memory
        resource.RLIMIT_NOFILE: 512,
        resource.RLIMIT_CORE: 0,
    }

    def set_them() -> None:
        for kind, value in each.items():
            resource.setrlimit(kind, (value, value))

    return set_them


def _watch(process: subprocess.Popen[bytes], job: dict[str, Any]) -> str | None:
    """Wait for the command's end; the limit that it reached, if it did."""
    limits, begun = job["limits"], time.monotonic()
    while True:
        try:
            process.wait(_LOOK)
            return None
        except subprocess.TimeoutExpired:
            pass
        cpu = memory = 0.0
        for pid in _family(process.pid):
            used = _used(pid)
            cpu, memory = cpu + used[0], memory + used[1]
        if cpu > limits["cpu"]:
            return f"more than {limits['cpu']:g} s of CPU"
        if memory > limits["memory"]:
            return f"more than {limits['memory'] / 1e6:g} MB of memory"
        if time.monotonic() - begun > limits["wall"]:
            return f"more than {limits['wall']:g} s"
        if sum(map(_size, job["shares"])) > limits["disk"]:
            return f"more than {limits['disk'] / 1e6:g} MB of disk"


def _family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            children = Path(f"/proc/{pid}/task/{thread}/children").read_text()
            for child in children.split():
                yield from _family(int(child))
    except OSError:
        return  # it has ended


def _used(pid: int) -> tuple[float, float]:
    """CPU seconds, with those of its ended children, and bytes of memory."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        pages = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0.0, 0.0
    own = int(pages[1]) - int(pages[2])  # resident without what is shared
    return sum(map(int, fields[11:15])) / _TICK, own * _PAGE


def _size(folder: str) -> int:
    """Bytes in a folder; the sandbox may be changing it."""
    total = 0
    try:
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                total += _size(entry.path)
            else:
                total += entry.stat(follow_symlinks=False).st_size + 4096
    except OSError:
        pass
    return total


if __name__ == "__main__":
    code = main(sys.argv[1])
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)
