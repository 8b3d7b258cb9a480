# hint: What does your manager answer when it is told
import time


class Timer:
    def __init__(self, clock=time.perf_counter):
        self.clock = clock

    def __enter__(self):
        self.started = self.clock()
        return self

    def __exit__(self, exc_type, exc, traceback):
        self.seconds = self.clock() - self.started
        return True
