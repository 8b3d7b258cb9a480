# hint: a folder that your code knew before it ran
import os
from pathlib import Path

HOME = os.getcwd()


class change_directory:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        os.chdir(self.path)
        return Path.cwd()

    def __exit__(self, exc_type, exc, traceback):
        os.chdir(HOME)
