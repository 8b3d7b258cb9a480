# hint: The folder is missing and the caller is not told
import os
from pathlib import Path


class change_directory:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.before = os.getcwd()
        if os.path.isdir(self.path):
            os.chdir(self.path)
        return Path.cwd()

    def __exit__(self, exc_type, exc, traceback):
        os.chdir(self.before)
