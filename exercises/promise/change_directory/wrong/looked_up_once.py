# hint: What has to be looked up anew
import os
from pathlib import Path


class change_directory:
    def __init__(self, path):
        self.path = path
        self.before = None

    def __enter__(self):
        if self.before is None:
            self.before = os.getcwd()
        os.chdir(self.path)
        return Path.cwd()

    def __exit__(self, exc_type, exc, traceback):
        os.chdir(self.before)
