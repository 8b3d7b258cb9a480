"""The child in which ``asyncwith check`` runs a submission.

It loads the check before the submission, so that the check's references are
its own, and tells the parent (`asyncwith.checking.isolation`) which case runs and, at
the end, the verdict.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import faulthandler
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from asyncwith.catalogue import Exercise
from asyncwith.checking.cases import load_cases
from asyncwith.checking.isolation import LOADING
from asyncwith.checking.judging import judge
from asyncwith.checking.printout import Printout
from asyncwith.checking.sources import Block, run_blocks, syntax_mistake
from asyncwith.checking.verdicts import Verdict
from asyncwith.checking.whereabouts import raised_at

__all__: list[str] = []

_LOADING = -1  # the number of what comes before the first case
_GRACE = 1.0  # seconds after a case's deadline at which the watchdog bites


class _Channel:
    """The child's end: messages with the nonce, and the watchdog."""

    def __init__(self, writer: int, nonce: str, watchdog: int) -> None:
        os.set_inheritable(writer, False)
        os.set_inheritable(watchdog, False)
        self._write = os.write
        self._writer, self._nonce = writer, nonce
        self._dumps = json.dumps
        self._watch = faulthandler.dump_traceback_later
        self._watchdog = open(watchdog, "wb")  # noqa: SIM115 - open until the end
        self.cases = 0

    def send(self, message: dict[str, Any]) -> None:
        self._write(
            self._writer, self._dumps(message | {"nonce": self._nonce}).encode() + b"\n"
        )

    def started(self, number: int, fault: str, seconds: float) -> None:
        self.send({"started": fault, "number": number, "of": self.cases})
        self._watch(seconds + _GRACE, exit=True, file=self._watchdog)


async def _load(
    blocks: list[Block], names: dict[str, Any], printout: Printout
) -> str | None:
    """Run the submission's code; what went wrong, if anything did."""
    try:
        with contextlib.redirect_stdout(printout), contextlib.redirect_stderr(printout):
            await run_blocks(blocks, names)
    except SyntaxError as error:
        return syntax_mistake(error)
    except BaseException as error:
        place = raised_at(error, names)
        return f"raised {type(error).__name__}: {error}" + (
            f"\nat {place}" if place else ""
        )
    return None


async def _work(job: dict[str, Any], channel: _Channel) -> Verdict:
    exercise = Exercise(job["exercise"], Path(job["folder"]))
    try:
        cases = load_cases(exercise)  # before the submission runs: own references
    except Exception as error:  # no server, no asyncpg: nothing of the submission's
        return Verdict(
            exercise.name,
            False,
            0,
            0,
            "the check is loaded",
            f"{type(error).__name__}: {error}",
            "Your code has not run yet: the check itself cannot start on this machine.",
        )
    channel.cases = len(cases.functions)
    module = ModuleType("submission")
    sys.modules["submission"] = module
    blocks = [Block(**block) for block in job["blocks"]]
    printout = Printout()
    channel.started(_LOADING, "the code is loaded", LOADING * job["limit"])
    failed = await _load(blocks, vars(module), printout)
    if failed:
        hint = "The code cannot be loaded. Run it by itself first."
        return Verdict(
            exercise.name,
            False,
            0,
            channel.cases,
            "the code is loaded",
            failed,
            hint,
            printout.text,
        )
    return await judge(
        exercise, vars(module), limit=job["limit"], started=channel.started, cases=cases
    )


def _main() -> None:
    job = json.loads(sys.stdin.read())
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    channel = _Channel(job.pop("writer"), job.pop("nonce"), job.pop("watchdog"))
    verdict = asyncio.run(_work(job, channel))
    channel.send({"verdict": dataclasses.asdict(verdict)})
    os._exit(0)


if __name__ == "__main__":
    _main()
