# hint: A generator runs once
import time
from contextlib import contextmanager


class Measurement:
    seconds = None


@contextmanager
def Timer(clock=time.perf_counter):
    measurement = Measurement()
    started = clock()
    try:
        yield measurement
    finally:
        measurement.seconds = clock() - started
