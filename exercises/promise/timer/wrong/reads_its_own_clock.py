# hint: Which clock did your timer read?
import time


class Timer:
    def __init__(self, clock=time.perf_counter):
        self.clock = clock

    def __enter__(self):
        self.started = time.perf_counter()
        return self

    def __exit__(self, exc_type, exc, traceback):
        self.seconds = time.perf_counter() - self.started
