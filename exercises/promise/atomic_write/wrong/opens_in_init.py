# hint: What is made in `__init__`
import os
from pathlib import Path
from tempfile import NamedTemporaryFile


class atomic_write:
    def __init__(self, path):
        self.path = Path(path)
        self.file = NamedTemporaryFile(  # noqa: SIM115 - the mistake
            "w", encoding="utf-8", dir=self.path.parent, delete=False
        )

    def __enter__(self):
        return self.file

    def __exit__(self, exc_type, exc, traceback):
        try:
            self.file.close()
            if exc_type is None:
                os.replace(self.file.name, self.path)
        finally:
            Path(self.file.name).unlink(missing_ok=True)
