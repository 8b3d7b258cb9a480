# hint: Where does each keep the folder
import os
from pathlib import Path


class change_directory:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        change_directory.before = os.getcwd()
        os.chdir(self.path)
        return Path.cwd()

    def __exit__(self, exc_type, exc, traceback):
        os.chdir(change_directory.before)
