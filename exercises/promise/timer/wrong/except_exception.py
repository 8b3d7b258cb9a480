# hint: Which exceptions does `Exception` leave out?
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
    except Exception:
        measurement.seconds = clock() - started
        raise
    else:
        measurement.seconds = clock() - started
