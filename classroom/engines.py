"""Where shards are graded: in processes of this machine, or by a Dask scheduler.

An engine takes shards and yields each outcome when it is there. A worker that dies
takes one submission along, which is tried again (by Dask, as often as its scheduler
allows); if that kills another worker, its outcome says so, and the others are graded.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any, Protocol, cast

from classroom.shards import Outcome, Shared, Work, grade_shard

__all__ = ["Engine", "Processes", "Scheduler", "SchedulerUnavailable"]

TRIES = 2
_KILLED = "the process that graded it was killed, more than once"


class SchedulerUnavailable(Exception):
    """There is no scheduler that could grade; the text says what to do."""


class Engine(Protocol):
    """What grades shards."""

    def run(self, shared: Shared, works: Iterable[Work]) -> Iterator[Outcome]:
        """Grade all; yield the outcome of each when it is there."""
        ...


class Processes:
    """Several processes of this machine, each for one submission.

    Parameters
    ----------
    workers
        How many at a time.
    """

    def __init__(self, workers: int) -> None:
        if workers < 1:
            raise ValueError(f"expected at least one worker, found {workers}")
        self.workers = workers

    def run(self, shared: Shared, works: Iterable[Work]) -> Iterator[Outcome]:
        left = [(one, 1) for one in works][::-1]
        running: dict[Connection, tuple[ForkProcess, Work, int]] = {}
        fork = multiprocessing.get_context("fork")  # nbgrader is imported once
        try:
            while left or running:
                while left and len(running) < self.workers:
                    one, tried = left.pop()
                    ours, theirs = fork.Pipe(duplex=False)
                    assert isinstance(ours, Connection)
                    process = fork.Process(target=_send, args=(theirs, shared, one))
                    process.start()
                    theirs.close()  # so that the end of the process ends the pipe
                    running[ours] = process, one, tried
                for ours in wait(list(running)):
                    assert isinstance(ours, Connection)
                    process, one, tried = running.pop(ours)
                    with ours:
                        try:
                            outcome: Outcome | None = ours.recv()
                        except EOFError:
                            outcome = None
                    process.join()
                    if outcome is not None:
                        yield outcome
                    elif tried < TRIES:
                        left.append((one, tried + 1))
                    else:
                        how = f"{_KILLED}: exit code {process.exitcode}"
                        yield Outcome(one.student, how)
        finally:
            for process, _, _ in running.values():
                process.kill()
                process.join()


def _send(to: Connection, shared: Shared, one: Work) -> None:
    to.send(grade_shard(shared, one))
    to.close()


def _kept(shared: Shared) -> Shared:
    return shared


class Scheduler:
    """The workers of a Dask scheduler, on this machine or on others.

    A worker runs in a checkout that was set up, where bubblewrap is installed, and
    has one thread: ``.venv/bin/python -m dask worker ADDRESS --nthreads 1``.

    Parameters
    ----------
    address
        The scheduler's: ``"tcp://127.0.0.1:8786"``.
    patience
        Seconds to wait for its answer.
    """

    def __init__(self, address: str, patience: float = 5.0) -> None:
        self.address = address
        self.patience = patience

    def run(self, shared: Shared, works: Iterable[Work]) -> Iterator[Outcome]:
        try:
            from distributed import Client, KilledWorker, as_completed
        except ImportError as problem:
            raise SchedulerUnavailable(
                "Dask is not installed here: run `python3 run.py setup`."
            ) from problem
        try:
            client: Any = Client(
                self.address, timeout=self.patience, set_as_default=False
            )
        except (OSError, ValueError) as problem:
            raise SchedulerUnavailable(
                f"No Dask scheduler answers at {self.address} ({problem}). Start one "
                "with `.venv/bin/python -m dask scheduler`, and give the address that "
                "it prints."
            ) from problem
        with client:
            if not client.scheduler_info()["workers"]:
                raise SchedulerUnavailable(
                    f"The scheduler at {self.address} has no workers. {self._begin()}"
                )
            # Not scattered: what a worker was only given is lost with it, and all that
            # needs it; what a task gave is made again.
            common = client.submit(_kept, shared, pure=False)

            def submit(one: Work) -> Any:
                return client.submit(grade_shard, common, one, pure=False)

            futures = {submit(one): one for one in works}
            done = cast("Iterable[Any]", as_completed(list(futures), loop=client.loop))
            suspects: list[Work] = []
            try:
                for future in done:
                    try:
                        yield future.result()
                    except KilledWorker:
                        suspects.append(futures[future])
                # With a worker that is killed, Dask blames all that waited for it: now
                # one after the other.
                for one in suspects:
                    try:
                        yield submit(one).result()
                    except KilledWorker as killed:
                        yield Outcome(one.student, f"{_KILLED}: {killed}")
            except ModuleNotFoundError as problem:
                raise SchedulerUnavailable(
                    f"A worker of {self.address} does not know the book ({problem}). "
                    f"{self._begin()}"
                ) from problem
            finally:
                client.cancel(list(futures))

    def _begin(self) -> str:
        return (
            "Start each in a checkout that was set up: `.venv/bin/python -m dask "
            f"worker {self.address} --nthreads 1`."
        )
