"""nbgrader's Execute, with the kernel and each check in a sandbox.

The cells run for the teacher to see; the grades come from the checks, which run
apart from them (`classroom.judging`). Whatever a cell does, the others are
shown and every check gets a verdict.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import Execute
from traitlets import Bool, Float, Integer, Unicode

from asyncwith.catalogue import UnknownExercise, find
from asyncwith.checking.verdicts import Verdict
from classroom.databases import Server, needs_database
from classroom.judging import credit, judge
from classroom.sandbox import Confined, Limits, require

__all__ = ["ExecuteConfined"]

_DEFAULTS = Limits()


class ExecuteConfined(Execute):
    """Run a submission's cells in a sandbox, and judge its exercises."""

    cpu = Float(_DEFAULTS.cpu, help="Seconds of CPU.").tag(config=True)
    wall = Float(_DEFAULTS.wall, help="Seconds from start to end.").tag(config=True)
    memory = Integer(_DEFAULTS.memory, help="Bytes of memory.").tag(config=True)
    disk = Integer(_DEFAULTS.disk, help="Bytes in each folder.").tag(config=True)
    processes = Integer(_DEFAULTS.processes, help="Processes and threads.").tag(
        config=True
    )
    output_limit = Integer(_DEFAULTS.output, help="Bytes of output.").tag(config=True)
    case_seconds = Float(5.0, help="Deadline of a check's case.").tag(config=True)
    partial_credit = Bool(
        True, help="Give the share of the cases that passed, not all or nothing."
    ).tag(config=True)

    only = Unicode(
        "", help="Judge this exercise alone, and run no cell (promise/timer)."
    ).tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._environment: Mapping[str, str] = {}
        self._server = Server()
        self._confined: Confined | None = None
        self._dead: str | None = None
        self._printed = 0

    @property
    def limits(self) -> Limits:
        """What the cells together may use, and each check as well."""
        return Limits(
            self.cpu,
            self.wall,
            self.memory,
            self.disk,
            self.processes,
            self.output_limit,
        )

    def preprocess(
        self, nb: Any, resources: Any = None, km: Any = None
    ) -> tuple[Any, Any]:
        """Run a notebook; raises SandboxUnavailable before anything has run."""
        require()
        self._dead, self._printed = None, 0
        self.km = self.kc = None
        with Confined(self.limits) as self._confined:
            try:
                self._environment = {}
                wanted = [self._exercise(cell) for cell in nb.cells]
                if any(one is not None and needs_database(one) for one in wanted):
                    with self._server.database() as self._environment:
                        return super().preprocess(nb, resources, km)
                return super().preprocess(nb, resources, km)
            finally:
                self._server.close()

    def create_kernel_manager(self) -> Any:
        """A kernel that listens on sockets in the sandbox's shared folder."""
        assert self._confined is not None
        work = (self.resources or {}).get("metadata", {}).get("path")
        command = self._confined.command(
            [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            work=Path(work).resolve() if work else None,
            sockets=self._server.sockets if self._environment else None,
            environment=self._environment,
        )
        # The launcher reads the command from its job, where the name must stand.
        connection = self._confined.shared / "kernel.json"
        job = Path(command[-1])
        job.write_text(job.read_text().replace("{connection_file}", str(connection)))
        spec = self._confined.folder / "kernels" / "confined" / "kernel.json"
        spec.parent.mkdir(parents=True)
        spec.write_text(
            json.dumps({"argv": command, "display_name": "", "language": "python"})
        )
        self.kernel_name = "confined"
        manager = super().create_kernel_manager()
        manager.kernel_spec_manager = KernelSpecManager(
            kernel_dirs=[str(spec.parents[1])], ensure_native_kernel=False
        )
        manager.transport, manager.ip = "ipc", str(self._confined.shared / "k")
        manager.connection_file = str(connection)
        return manager

    def start_new_kernel(self, **options: Any) -> None:
        """Start the kernel; what it writes past its cells is nobody's."""
        super().start_new_kernel(stdout=DEVNULL, stderr=DEVNULL, **options)

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Run a cell, or judge the exercise whose check it is."""
        if cell.cell_type != "code":
            return cell, resources
        exercise = self._exercise(cell)
        if self.only and (exercise is None or exercise.name != self.only):
            return cell, resources
        if exercise is not None:
            verdict = judge(
                self.nb, exercise, self.limits, self._server, self.case_seconds
            )
            source = self._solution(exercise.name)
            cell.outputs = self._shown(verdict, credit_of(verdict, cell, source, self))
            return cell, resources
        if self._dead is None:
            try:
                cell, resources = super().preprocess_cell(cell, resources, index)
            except DeadKernelError:
                time.sleep(0.3)  # the launcher writes down why
                self._end("The process of these cells ended. What calls exit?")
            except Exception as error:  # it sent nonsense, or cannot be interrupted
                self._end(
                    f"These cells were stopped: no answer within {self.timeout} s "
                    f"({type(error).__name__})."
                )
            if self._confined is not None and (reason := self._confined.stopped):
                self._dead = f"These cells were stopped: they used {reason}."
        if self._dead is not None:
            cell.outputs = [*cell.get("outputs", []), _error("Stopped", [self._dead])]
        return cell, resources

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """Take one of the kernel's messages, until there are too many."""
        self._printed += len(str(msg["content"]))
        if self._printed > self.output_limit:
            self._end(
                "These cells were stopped: they printed more than "
                f"{self.output_limit / 1e6:g} MB."
            )
            return None
        return super().process_message(msg, cell, cell_index)

    def _end(self, why: str) -> None:
        """End the kernel at once; the first reason is the one that is shown."""
        if self._dead is None:
            self._dead = why
        process: Any = getattr(getattr(self.km, "provisioner", None), "process", None)
        if process is not None:
            process.kill()  # the launcher; bubblewrap dies with it, and all in it

    def _exercise(self, cell: Any) -> Any:
        """The exercise whose check this cell is; None for other cells."""
        if cell.cell_type != "code" or not utils.is_grade(cell):
            return None
        name = cell.metadata.nbgrader["grade_id"].removesuffix("-check")
        try:
            return find(name.replace("-", "/", 1))
        except UnknownExercise:
            return None  # a teacher's own; it runs with the cells

    def _solution(self, name: str) -> str:
        cells = [
            cell.source
            for cell in self.nb.cells
            if cell.cell_type == "code"
            and utils.is_solution(cell)
            and cell.metadata.nbgrader["grade_id"].replace("-", "/", 1) == name
        ]
        return cells[0] if cells else ""

    def _shown(self, verdict: Verdict, points: float | None) -> list[Any]:
        """A verdict in the form of which nbgrader reads the points."""
        if verdict.passed:
            return [new_output("stream", name="stdout", text=f"{verdict}\n")]
        if points:
            data = {"text/plain": f"{points:g}"}
            return [
                new_output("stream", name="stdout", text=f"{verdict}\n"),
                new_output("execute_result", data=data, execution_count=None),
            ]
        return [_error("CheckFailed", verdict.lines())]


def credit_of(verdict: Verdict, cell: Any, source: str, settings: Any) -> float:
    """Points for a check's cell, in whole or in part."""
    points = float(cell.metadata.nbgrader["points"])
    exercise = find(verdict.exercise)
    if not settings.partial_credit and not verdict.passed:
        return 0.0
    return credit(verdict, exercise, source, points)


def _error(name: str, lines: list[str]) -> Any:
    value = lines[0] if lines else ""
    return new_output("error", ename=name, evalue=value, traceback=lines)
