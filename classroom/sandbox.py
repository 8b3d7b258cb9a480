"""Run what students wrote under bubblewrap: no network, no files but its own.

A command in the sandbox sees the system's programs, this checkout's Python and
package, and the exercises without their solutions, all of them read-only. It
writes to folders in memory, which end with it. Where bubblewrap does not work,
nothing is run: `require` says why.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.util import Finalize
from pathlib import Path

from asyncwith import catalogue
from tasks._selection import ROOT

__all__ = ["Confined", "Limits", "SandboxUnavailable", "require"]

_LAUNCHER = Path(__file__).with_name("launcher.py")
_CHECKS = ("check.py", "starter.py", "text.md", "hints.md")
_ETC = {
    "passwd": "student:x:1000:1000::/tmp:/bin/sh\n",
    "group": "student:x:1000:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_ENVIRONMENT = {
    "HOME": "/tmp",
    "IPYTHONDIR": "/tmp/ipython",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "TMPDIR": "/tmp",
    "USER": "student",
}
SOCKETS = "/run/postgresql"
"""Where the sandbox finds the socket of its PostgreSQL."""


class SandboxUnavailable(Exception):
    """Submissions cannot be confined here; the message says what to do."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one submission may use; its processes together, if not said otherwise.

    Attributes
    ----------
    cpu
        Seconds of CPU.
    wall
        Seconds from start to end.
    memory
        Bytes of memory that is its own.
    disk
        Bytes in each folder that it can write to, and of each file.
    processes
        Processes and threads.
    output
        Bytes that its cells may print or display.
    """

    cpu: float = 60
    wall: float = 120
    memory: int = 1_000_000_000
    disk: int = 50_000_000
    processes: int = 100
    output: int = 2_000_000


@functools.cache
def require() -> str:
    """Return the path of a bubblewrap that works.

    Raises
    ------
    SandboxUnavailable
        There is none. Nothing of a student's runs without it.
    """
    if sys.platform != "linux":
        raise SandboxUnavailable(
            "Submissions run inside bubblewrap, which exists on Linux only. "
            "Grade on a Linux machine or in a Linux container."
        )
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxUnavailable(
            "Submissions run inside bubblewrap, and there is no `bwrap` here. "
            "Install it (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf "
            "install bubblewrap) and grade again: nothing has been run."
        )
    probe = [program, "--ro-bind", "/", "/", *_unshared(), "--proc", "/proc", "true"]
    done = subprocess.run(probe, capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise SandboxUnavailable(
            f"Submissions run inside bubblewrap, and it does not work here: "
            f"{done.stderr.strip()} Allow user namespaces to this user "
            "(in a container: --security-opt seccomp=unconfined, or a privileged "
            "one) and grade again: nothing has been run."
        )
    return program


class Confined:
    """A folder for one sandbox: its job, and why it was stopped.

    Parameters
    ----------
    limits
        What the command may use.

    Notes
    -----
    The folder's name is short, since a socket's path has at most 107 bytes.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._folder = tempfile.TemporaryDirectory(prefix="aw-")
        self.folder = Path(self._folder.name)
        self.folder.chmod(0o711)
        self.shared = self.folder / "s"
        """Bound into the sandbox, which can write to it."""
        self.shared.mkdir()

    def __enter__(self) -> Confined:
        return self

    def __exit__(self, *exc: object) -> None:
        self._folder.cleanup()

    @property
    def stopped(self) -> str | None:
        """The limit that was reached: ``more than 60 s of CPU``."""
        path = self.folder / "stopped"
        return path.read_text("utf-8") if path.exists() else None

    def command(
        self,
        command: Sequence[str],
        *,
        work: Path | None = None,
        sockets: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> list[str]:
        """Return the command that runs `command` in the sandbox.

        Parameters
        ----------
        work
            A folder whose files it finds, as copies, in its working folder.
        sockets
            A folder with the socket of a PostgreSQL server.
        environment
            Variables beside those that every sandbox has.

        Raises
        ------
        SandboxUnavailable
            As `require`.
        """
        disk = str(self.limits.disk)
        bwrap = [require(), *_unshared(), "--die-with-parent", "--clearenv"]
        bwrap += ["--hostname", "classroom", "--proc", "/proc", "--dev", "/dev"]
        for folder in ("/tmp", "/work", "/dev/shm"):
            bwrap += ["--perms", "1777", "--size", disk, "--tmpfs", folder]
        bwrap += [*_system(), *_book()]
        if work is not None:
            bwrap += ["--ro-bind", str(work), "/submission"]
        if sockets is not None:
            bwrap += ["--perms", "0755", "--dir", str(Path(SOCKETS).parent)]
            bwrap += ["--ro-bind", str(sockets), SOCKETS]
        for parent in [*self.shared.parents][::-1][1:]:
            if parent != Path("/tmp"):
                bwrap += ["--perms", "0755", "--dir", str(parent)]
        bwrap += ["--bind", str(self.shared), str(self.shared)]
        path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
        variables = {**_ENVIRONMENT, "PATH": path, **(environment or {})}
        for name, value in variables.items():
            bwrap += ["--setenv", name, value]
        bwrap += ["--chdir", "/work", "--remount-ro", "/dev", "--remount-ro", "/", "--"]
        job = {
            "bwrap": bwrap,
            "command": list(command),
            "limits": dataclasses.asdict(self.limits),
            "shares": [str(self.shared)],
            "stopped": str(self.folder / "stopped"),
        }
        path = self.folder / "job.json"
        path.write_text(json.dumps(job), "utf-8")
        return [sys.executable, "-I", "-S", str(_LAUNCHER), str(path)]


def _unshared() -> list[str]:
    """Namespaces of its own. Root needs none of users: the launcher drops to one."""
    flags = [f"--unshare-{name}" for name in ("ipc", "pid", "net", "uts", "cgroup-try")]
    if os.geteuid() != 0:
        return [*flags, "--unshare-user"]
    kept = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")
    return [*flags, "--cap-drop", "ALL", *(f for c in kept for f in ("--cap-add", c))]


@functools.cache
def _system() -> list[str]:
    """The system's programs and libraries, and four files of /etc of our own."""
    flags = ["--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"):
        if os.path.islink(name):
            flags += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            flags += ["--ro-bind", name, name]
    for name in ("ld.so.cache", "alternatives", "localtime"):
        flags += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for name, text in _ETC.items():
        path = _prepared() / name
        path.write_text(text, "utf-8")
        flags += ["--ro-bind", str(path), f"/etc/{name}"]
    return flags


@functools.cache
def _book() -> list[str]:
    """This environment, the package, and what of the exercises students may see."""
    source, visible = catalogue.folder(), _prepared() / "exercises"
    for found in source.glob("*/*"):
        target = visible / found.relative_to(source)
        if found.name == "order.txt":
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, target)
        for name in _CHECKS:
            if (found / name).is_file():
                target.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(found / name, target / name)
    shown = {Path(path): Path(path) for path in (sys.base_prefix, sys.prefix)}
    shown = {path: path for path in shown if not path.is_relative_to("/usr")}
    shown |= {ROOT / name: ROOT / name for name in ("src", "_toc.yml")}
    shown[source] = visible
    flags: list[str] = []
    for path in dict.fromkeys(p for one in shown for p in [*one.parents][::-1][1:]):
        if path != Path("/tmp"):  # a home may be closed to others; in here it is not
            flags += ["--perms", "0755", "--dir", str(path)]
    for path, found in shown.items():
        flags += ["--ro-bind", str(found), str(path)]
    return flags


@functools.cache
def _prepared() -> Path:
    """A folder of this process for what all of its sandboxes see."""
    folder = tempfile.mkdtemp(prefix="aw-see-")
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:  # a fork leaves it to its parent
            shutil.rmtree(folder, ignore_errors=True)

    # Not atexit, which the forks of multiprocessing do not call at their end.
    Finalize(None, remove, exitpriority=0)
    os.chmod(folder, 0o755)
    return Path(folder)
