# hint: Which of your lines are skipped
import time
from contextlib import contextmanager


class Measurement:
    seconds = None


@contextmanager
def Timer(clock=time.perf_counter):
    measurement = Measurement()
    started = clock()
    yield measurement
    measurement.seconds = clock() - started
