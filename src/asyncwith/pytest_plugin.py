"""Fixtures for a test suite of your own: a cancellation sweep and virtual time.

pytest loads this in every run of an environment that has asyncwith, so it
imports nothing of the lab until a fixture is used.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from asyncwith.shelf import Shelf
    from asyncwith.sweeping import Made, Report

__all__ = ["CancellationSweep", "cancellation_sweep", "virtual"]

T = TypeVar("T")


class CancellationSweep:
    """Sweeps a scenario and fails the test unless it is clean at every point."""

    def __call__(self, scenario: Callable[[Shelf], Made], **options: Any) -> Report:
        """Drive it by hand: `asyncwith.sweep`, with its options.

        Raises
        ------
        AssertionError
            With the table, if anything leaks, is swallowed or ends differently.
        """
        __tracebackhide__ = True
        from asyncwith.sweeping import sweep

        return _clean(sweep(scenario, **options))

    async def task(self, scenario: Callable[..., Made], **options: Any) -> Report:
        """Run it on the test's loop: `asyncwith.sweep_task`, with its options.

        Raises
        ------
        AssertionError
            With the table, if anything leaks, is swallowed or ends differently.
        """
        __tracebackhide__ = True
        from asyncwith.sweeping import sweep_task

        return _clean(await sweep_task(scenario, **options))


def _clean(report: Report) -> Report:
    __tracebackhide__ = True
    if report.clean:
        return report
    raise AssertionError(f"{report.name} is not safe under cancellation:\n{report}")


@pytest.fixture
def cancellation_sweep() -> CancellationSweep:
    """Cancel a scenario at each suspension point; fail unless each is clean.

    ``cancellation_sweep(open_all, twice=True)`` drives it by hand,
    ``await cancellation_sweep.task(scenario, leaked=busy)`` runs it on the loop.
    """
    return CancellationSweep()


@pytest.fixture
def virtual() -> Callable[[Coroutine[Any, Any, T]], T]:
    """Run a coroutine in virtual time: ``assert virtual(main()) == 3600``."""
    from asyncwith.clock import run_virtual

    return run_virtual
