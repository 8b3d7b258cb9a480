# hint: object that `Timer(...)` made
import time
from contextlib import contextmanager


class Measurement:
    seconds = None


@contextmanager
def _measure(clock):
    measurement = Measurement()
    started = clock()
    try:
        yield measurement
    finally:
        measurement.seconds = clock() - started


class Timer:
    def __init__(self, clock=time.perf_counter):
        self.clock = clock

    def __enter__(self):
        self.manager = _measure(self.clock)
        return self.manager.__enter__()

    def __exit__(self, exc_type, exc, traceback):
        return self.manager.__exit__(exc_type, exc, traceback)
