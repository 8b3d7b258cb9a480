# hint: Which of your lines does an exception skip?
import os
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def _changed(path):
    before = os.getcwd()
    os.chdir(path)
    yield Path.cwd()
    os.chdir(before)


class change_directory:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.manager = _changed(self.path)
        return self.manager.__enter__()

    def __exit__(self, exc_type, exc, traceback):
        return self.manager.__exit__(exc_type, exc, traceback)
