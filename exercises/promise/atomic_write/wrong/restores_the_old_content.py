# hint: the old report was gone
from pathlib import Path


class atomic_write:
    def __init__(self, path):
        self.path = Path(path)

    def __enter__(self):
        self.old = self.path.read_text() if self.path.exists() else None
        self.file = open(self.path, "w", encoding="utf-8")
        return self.file

    def __exit__(self, exc_type, exc, traceback):
        self.file.close()
        if exc_type is not None and self.old is not None:
            self.path.write_text(self.old)
