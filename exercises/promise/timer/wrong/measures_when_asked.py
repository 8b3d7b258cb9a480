# hint: The measurement went on after the block
import time


class Timer:
    def __init__(self, clock=time.perf_counter):
        self.clock = clock

    def __enter__(self):
        self.started = self.clock()
        return self

    def __exit__(self, exc_type, exc, traceback):
        pass

    @property
    def seconds(self):
        return self.clock() - self.started
