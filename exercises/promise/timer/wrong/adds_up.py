# hint: The second block was added to the first
import time


class Timer:
    def __init__(self, clock=time.perf_counter):
        self.clock = clock
        self.seconds = 0.0

    def __enter__(self):
        self.started = self.clock()
        return self

    def __exit__(self, exc_type, exc, traceback):
        self.seconds += self.clock() - self.started
