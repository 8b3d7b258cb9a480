# hint: An error is passed on, and this is not?
import os
from pathlib import Path


class change_directory:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.before = os.getcwd()
        os.chdir(self.path)
        return Path.cwd()

    def __exit__(self, exc_type, exc, traceback):
        os.chdir(self.before)
        return exc_type is KeyboardInterrupt
