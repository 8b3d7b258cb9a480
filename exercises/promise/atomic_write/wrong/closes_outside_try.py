# hint: Closing a file writes its last lines, and can fail
import os
from pathlib import Path
from tempfile import NamedTemporaryFile


class atomic_write:
    def __init__(self, path):
        self.path = Path(path)

    def __enter__(self):
        self.file = NamedTemporaryFile(
            "w", encoding="utf-8", dir=self.path.parent, delete=False
        )
        return self.file

    def __exit__(self, exc_type, exc, traceback):
        self.file.close()
        try:
            if exc_type is None:
                os.replace(self.file.name, self.path)
        finally:
            Path(self.file.name).unlink(missing_ok=True)
