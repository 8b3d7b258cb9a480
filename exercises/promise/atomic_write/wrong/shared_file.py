# hint: one writer finished the other's
import os
from pathlib import Path
from tempfile import NamedTemporaryFile


class atomic_write:
    def __init__(self, path):
        self.path = Path(path)

    def __enter__(self):
        atomic_write.file = NamedTemporaryFile(
            "w", encoding="utf-8", dir=self.path.parent, delete=False
        )
        return atomic_write.file

    def __exit__(self, exc_type, exc, traceback):
        try:
            atomic_write.file.close()
            if exc_type is None:
                os.replace(atomic_write.file.name, self.path)
        finally:
            Path(atomic_write.file.name).unlink(missing_ok=True)
