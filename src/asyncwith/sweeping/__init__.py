"""Cancellation sweeps: cancel a coroutine at each of its suspension points.

`sweep` and `sweep_task` are in `asyncwith.sweeping.cancellation`; how a run is
driven and cancelled in ``driver``; what is reported of it in ``report``.
"""

from asyncwith.sweeping.cancellation import Made, sweep, sweep_task
from asyncwith.sweeping.report import Outcome, Report

__all__ = ["Made", "Outcome", "Report", "sweep", "sweep_task"]
