# hint: and nobody is told
import os
import tempfile
from contextlib import asynccontextmanager, suppress
from pathlib import Path


@asynccontextmanager
async def temporary_file():
    handle, path = tempfile.mkstemp()
    os.close(handle)
    try:
        yield Path(path)
    finally:
        with suppress(Exception):
            os.remove(path)
