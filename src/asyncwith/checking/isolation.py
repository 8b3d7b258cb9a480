"""A check in a process of its own: it ends, whatever the submission does.

The child (`asyncwith.checking.childprocess`) gets the submission through its standard
input and answers through a pipe of its own. Only lines that carry the parent's
nonce count, so that an early exit is not a pass; what blocks is ended by a
watchdog in the child, and by the parent if that fails. (This is protection
against accidents and cheap tricks. Grading runs in a sandbox.)
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import secrets
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from asyncwith.catalogue import Exercise
from asyncwith.checking.judging import BLOCKED
from asyncwith.checking.sources import Block
from asyncwith.checking.verdicts import Verdict

__all__ = ["judge_apart"]

_GRACE = 1.0  # seconds that a child has beyond its own deadlines
_LONGEST = 120.0  # seconds after which the parent ends any child
_STARTING = 60.0  # seconds in which the check itself loads; it may start a server
_LONGEST_LINE = 1_000_000  # bytes of a message; what is longer is not one
_LONGEST_DUMP = 100_000  # bytes of the watchdog's traceback
_KEEP = 1_000  # characters of printed text that are shown
LOADING = 3  # times a case's limit for loading the code: it may import a framework
_NOTHING_RAN = -2  # the code is loaded at -1, and the first case has number 0


def judge_apart(
    exercise: Exercise,
    blocks: list[Block],
    *,
    limit: float = 5.0,
    started: Callable[[str], None] = lambda fault: None,
    confine: Callable[[list[str], Path], list[str]] = lambda command, work: command,
) -> Verdict:
    """Check a submission in a child process.

    Parameters
    ----------
    blocks
        The submission's code.
    limit
        Upper bound of each case's deadline in seconds; loading the code may take
        three times as long.
    started
        Told each case's fault when it begins.
    confine
        Makes the command that runs a command, and its working folder, in a
        sandbox. Open descriptors must reach what it starts.

    Returns
    -------
    Verdict
        Also where the child exits, crashes, floods or never ends.
    """
    nonce = secrets.token_hex(16)
    reader, writer = os.pipe()
    job = {
        "exercise": exercise.name,
        "folder": str(exercise.folder),
        "blocks": [dataclasses.asdict(block) for block in blocks],
        "limit": limit,
        "nonce": nonce,
        "writer": writer,
    }
    with contextlib.ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="asyncwith-"))
        # Not a path: what the child could put there, this process would read.
        watchdog = stack.enter_context(tempfile.TemporaryFile())
        job["watchdog"] = watchdog.fileno()
        folder = Path(scratch, "work")
        folder.mkdir()
        child = subprocess.Popen(
            confine(
                [sys.executable, "-P", "-m", "asyncwith.checking.childprocess"], folder
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[writer, watchdog.fileno()],
            cwd=folder,
            start_new_session=True,
        )
        os.close(writer)
        assert child.stdin and child.stdout
        output = child.stdout
        try:
            with contextlib.suppress(BrokenPipeError), child.stdin as stdin:
                stdin.write(json.dumps(job).encode())
            story = _Story(exercise, nonce, limit, started)
            story.listen(reader, output)
        finally:
            os.close(reader)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            output.close()
        watchdog.seek(0)
        said = watchdog.read(_LONGEST_DUMP).decode("utf-8", "replace")
    return story.verdict(child.returncode, said, [block.label for block in blocks])


class _Story:
    """What the parent hears from the child."""

    def __init__(
        self,
        exercise: Exercise,
        nonce: str,
        limit: float,
        started: Callable[[str], None],
    ) -> None:
        self._exercise, self._nonce, self._limit = exercise, nonce, limit
        self._started = started
        self._fault, self._cases, self._of = "the code is loaded", _NOTHING_RAN, 0
        self._found: Verdict | None = None
        self._printed = ""
        self._late = False

    def listen(self, reader: int, output: IO[bytes]) -> None:
        """Read both pipes until the verdict is there, or time is up."""
        begun = time.monotonic()
        deadline = begun + _STARTING  # then it says what runs
        heard = b""
        with selectors.DefaultSelector() as selector:
            selector.register(reader, selectors.EVENT_READ)
            selector.register(output, selectors.EVENT_READ)
            while self._found is None:
                left = min(deadline, begun + _LONGEST) - time.monotonic()
                if left <= 0:
                    self._late = True
                    return
                for key, _ in selector.select(left):
                    data = os.read(key.fd, 65536)
                    if key.fileobj is output:
                        if not data:
                            selector.unregister(output)
                        self._print(data)
                    elif data:
                        heard += data
                        *lines, heard = heard.split(b"\n")
                        heard = heard if len(heard) < _LONGEST_LINE else b""
                        for line in lines:
                            if self._hear(line):
                                longest = self._longest() + 2 * _GRACE
                                deadline = time.monotonic() + longest
                    else:
                        return

    def _longest(self) -> float:
        """Seconds that what runs now may take."""
        return self._limit * (LOADING if self._cases < 0 else 1)

    def _print(self, data: bytes) -> None:
        if len(self._printed) <= _KEEP:
            self._printed += data.decode(errors="replace")

    def _hear(self, line: bytes) -> bool:
        try:
            message = json.loads(line)
            if message.pop("nonce") != self._nonce:
                return False
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        if "verdict" in message:
            self._found = Verdict(**message["verdict"])
        else:
            self._fault, self._of = message["started"], message["of"]
            self._cases = message["number"]
            self._started(self._fault)
        return True

    def verdict(self, code: int, watchdog: str, labels: list[str]) -> Verdict:
        """The child's verdict, or what its silence means."""
        if self._found is not None:
            return self._found
        watchdog = watchdog.partition("Timeout (")[2]
        if self._late and self._cases == _NOTHING_RAN:
            self._fault = "the check is loaded"
            saw = f"it did not start within {_STARTING:g} s"
            hint = "Your code has not run yet: the check itself cannot start here."
        elif self._late or watchdog:
            saw = f"did not end within {self._longest():g} s"
            saw += _busy_at(watchdog, labels)
            hint = BLOCKED
        elif code < 0:
            saw = f"the process was ended by {signal.Signals(-code).name}"
            hint = "The program ended before the check did."
        else:
            saw = f"the process ended with exit code {code}"
            hint = "The program ended before the check did. What calls exit?"
        return Verdict(
            self._exercise.name,
            False,
            max(self._cases, 0),
            self._of,
            self._fault,
            saw,
            hint,
            self._printed[:_KEEP],
        )


def _busy_at(watchdog: str, labels: list[str]) -> str:
    """The submission's innermost line in what the watchdog wrote."""
    for file, line in re.findall(r'File "(.*?)", line (\d+)', watchdog):
        if file in labels:
            return (
                ", busy at "
                + (f"{file}, " if file.startswith("cell ") else "")
                + f"line {line}"
            )
    return ""
