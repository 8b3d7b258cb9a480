# hint: Was the block entered there?
import os
from pathlib import Path


class change_directory:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        os.chdir(self.path)
        return Path.cwd()

    def __exit__(self, exc_type, exc, traceback):
        os.chdir("..")
