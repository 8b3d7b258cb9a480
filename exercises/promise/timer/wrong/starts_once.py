# hint: from the start of the first
import time


class Timer:
    def __init__(self, clock=time.perf_counter):
        self.clock = clock
        self.started = None

    def __enter__(self):
        if self.started is None:
            self.started = self.clock()
        return self

    def __exit__(self, exc_type, exc, traceback):
        self.seconds = self.clock() - self.started
