# hint: What decides what `as` names?
import os


class change_directory:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.before = os.getcwd()
        os.chdir(self.path)

    def __exit__(self, exc_type, exc, traceback):
        os.chdir(self.before)
