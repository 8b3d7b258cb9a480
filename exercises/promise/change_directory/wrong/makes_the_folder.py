# hint: a mistyped path would go unnoticed
import os
from pathlib import Path


class change_directory:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.before = os.getcwd()
        os.makedirs(self.path, exist_ok=True)
        os.chdir(self.path)
        return Path.cwd()

    def __exit__(self, exc_type, exc, traceback):
        os.chdir(self.before)
