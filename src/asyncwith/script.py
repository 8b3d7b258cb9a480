"""Run a script in a process of its own, for what must not happen in this one.

Signals, interpreter exit, warnings at shutdown, what the garbage collector
does: in a notebook's kernel they hit the kernel. A script starts clean, is
watched, and leaves nothing running.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["Completed", "run_script"]


@dataclass(frozen=True, slots=True)
class Completed:
    """How a script ended.

    Attributes
    ----------
    stdout, stderr : str
        What it printed, decoded as UTF-8. Its own path is shortened to
        ``script.py``, so that a traceback reads the same on every machine.
    returncode : int
        The exit status; ``-15`` if signal 15 ended it.
    """

    stdout: str
    stderr: str
    returncode: int


def run_script(
    source: str,
    *,
    args: Sequence[str] = (),
    send: Mapping[str, signal.Signals] | None = None,
    timeout: float = 20,
    python: str | os.PathLike[str] = sys.executable,
) -> Completed:
    """Run Python source as a script, and wait for its end.

    It gets a temporary folder as its working directory, an environment without
    the notebook's settings, no standard input, and a process group of its
    own: what is left of the group at the end is killed.

    Parameters
    ----------
    source : str
        The script; common indentation is removed.
    args : sequence of str
        Its command line.
    send : mapping of str to signal, optional
        Which signal the script gets when it prints which line, such as
        ``{"ready": signal.SIGINT}``; again each time that it prints it.
    timeout : float
        Seconds until everything is killed.
    python : path
        The interpreter.

    Returns
    -------
    Completed

    Raises
    ------
    TimeoutError
        If the script has not ended in time; the message has its output.
    NotImplementedError
        In the browser, where no processes exist.

    Examples
    --------
    >>> done = run_script('''
    ...     import signal
    ...     print("ready", flush=True)
    ...     signal.pause()
    ... ''', send={"ready": signal.SIGTERM})
    >>> done.stdout, done.returncode
    ('ready\\n', -15)
    """
    if sys.platform == "emscripten":
        raise NotImplementedError(
            "run_script() starts a process, and a browser has none: run this cell "
            "in a notebook on your own machine"
        )
    with tempfile.TemporaryDirectory(prefix="asyncwith-") as folder:
        folder = str(Path(folder).resolve())  # the name that tracebacks will use
        path = Path(folder, "script.py")
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        process = subprocess.Popen(
            [python, str(path), *args],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            # A shell starts what it puts into the background with Ctrl-C
            # ignored, and children inherit that.
            preexec_fn=_heed_interrupts if _interrupts_ignored() else None,
        )
        stdout, stderr = _Output(process, send or {}), _Output(process, {})
        assert process.stdout is not None
        assert process.stderr is not None
        stdout.read(process.stdout)
        stderr.read(process.stderr)
        late = False
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            late = True
        finally:
            _kill_group(process)
        texts = [o.text().replace(f"{folder}{os.sep}", "") for o in (stdout, stderr)]
    if late:
        raise TimeoutError(
            f"the script had not ended after {timeout:g} s and was killed. It had "
            f"printed: {texts[0]!r}; on stderr: {texts[1]!r}"
        )
    return Completed(texts[0], texts[1], process.returncode)


class _Output:
    """Collects one stream of a process, and answers its lines with signals."""

    def __init__(
        self, process: subprocess.Popen[bytes], send: Mapping[str, signal.Signals]
    ) -> None:
        self._process = process
        self._send = send
        self._lines: list[bytes] = []
        self._thread: threading.Thread | None = None

    def read(self, stream: IO[bytes]) -> None:
        self._thread = threading.Thread(target=self._run, args=[stream], daemon=True)
        self._thread.start()

    def _run(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self._lines.append(line)
                wanted = self._send.get(line.decode(errors="replace").rstrip("\r\n"))
                if wanted is not None:
                    self._process.send_signal(wanted)

    def text(self) -> str:
        assert self._thread is not None
        # Whoever left the process group may hold the stream open for ever.
        self._thread.join(2)
        return b"".join(self._lines).decode(errors="replace").replace("\r\n", "\n")


def _interrupts_ignored() -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the group: the script, and children that it forgot."""
    # Nothing is left: Linux says so with the first, macOS with the second.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


_DROPPED = ("COLUMNS", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "MPLBACKEND")
_DROPPED_PREFIXES = ("IPY", "IPYTHON", "JPY_", "JUPYTER", "PYDEVD", "PYTHON")
_KEPT = ("PYTHONHOME", "PYTHONPATH")


def _environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or not (name in _DROPPED or name.startswith(_DROPPED_PREFIXES))
    }
    return {**kept, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "NO_COLOR": "1"}
