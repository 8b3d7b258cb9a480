# hint: Both write into the same new file
import os
from pathlib import Path


class atomic_write:
    def __init__(self, path):
        self.path = Path(path)
        self.new = Path(f"{path}.new")

    def __enter__(self):
        self.file = open(self.new, "w", encoding="utf-8")
        return self.file

    def __exit__(self, exc_type, exc, traceback):
        try:
            self.file.close()
            if exc_type is None:
                os.replace(self.new, self.path)
        finally:
            self.new.unlink(missing_ok=True)
