# hint: `async with` cannot enter this
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary_file():
    handle, path = tempfile.mkstemp()
    os.close(handle)
    try:
        yield Path(path)
    finally:
        os.remove(path)
